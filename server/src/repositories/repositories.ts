import { type Commit, problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import { existing } from '../applications/application.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Handlers } from '../http/call.ts'
import type { Logger } from '../logger.ts'
import { createGate } from '../sessions/gate.ts'
import { createChooseDefault } from './choose-default.ts'
import type { DefaultBranch } from './default-branch.ts'
import type { RepositoryModels } from './documents.ts'
import type { Git } from './git.ts'
import { readBranches, readCommits } from './refs.ts'

interface Parts {
  readonly models: ApplicationModels & RepositoryModels
  readonly access: Pick<Access, 'readOrganisation' | 'changeOrganisation'>
  /** Undefined where git is not installed. */
  readonly serving: { readonly git: Git; readonly defaultBranch: DefaultBranch } | undefined
  /** Where git clients reach the server. */
  readonly origin: () => string
  readonly logger: Pick<Logger, 'warn'>
}

/** Each reads with some processes of git. */
const readAtOnce = 8
const waitingToRead = 200

export function createRepositories({ models, access, serving, origin, logger }: Parts): Handlers<'repositories'> {
  const gate = createGate({
    atOnce: readAtOnce,
    waiting: waitingToRead,
    detail: 'Too many repositories are being read at once. Try again in a moment.',
  })

  async function read(known: NonNullable<Parts['serving']>, application: string, wanted: string | undefined) {
    const { git } = known
    const { name: defaultBranch, path } = await known.defaultBranch.read(application)
    const branches = await readBranches(git, path)
    const isFirst = ({ name }: { name: string }) => Number(name === defaultBranch)
    branches.sort((one, other) => isFirst(other) - isFirst(one))
    const shown = branches.find(({ name }) => name === (wanted ?? defaultBranch))
    if (shown === undefined && wanted !== undefined) {
      throw problem('not_found', { detail: 'There is no such branch.' })
    }
    const commits: Commit[] = shown === undefined ? [] : await readCommits(git, path, { from: shown.commit.id })
    return { defaultBranch, branches, commits }
  }

  return {
    async read(call) {
      const { organisation, application } = call.params
      // First whether one may, and then the folder: a transaction does not wait for processes.
      const { seq } = await access.readOrganisation(call, (snapshot) =>
        existing(models, snapshot, application, organisation),
      )
      if (serving === undefined) throw problem('git_missing')
      const body = await gate(() => read(serving, application, call.query.branch))
      return { body: { cloneUrl: `${origin()}/git/${organisation}/${application}.git`, ...body }, seq }
    },
    update: createChooseDefault({ models, access, serving, gate, logger }),
  }
}
