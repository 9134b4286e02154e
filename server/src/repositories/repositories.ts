import { type Commit, problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import { existing } from '../applications/application.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Handlers } from '../http/call.ts'
import { createGate } from '../sessions/gate.ts'
import type { Git } from './git.ts'
import { readBranches, readCommits, readDefaultBranch } from './refs.ts'
import type { Storage } from './storage.ts'

interface Parts {
  readonly models: ApplicationModels
  readonly access: Pick<Access, 'readOrganisation'>
  readonly git: Git | undefined
  readonly storage: Storage
  /** Where git clients reach the server. */
  readonly origin: () => string
}

/** Each reads with some processes of git. */
const readAtOnce = 8
const waitingToRead = 200

export function createRepositories({ models, access, git, storage, origin }: Parts): Handlers<'repositories'> {
  const gate = createGate({
    atOnce: readAtOnce,
    waiting: waitingToRead,
    detail: 'Too many repositories are being read at once. Try again in a moment.',
  })

  async function read(known: Git, application: string, wanted: string | undefined) {
    const path = await storage.ensure(application)
    const defaultBranch = await readDefaultBranch(known, path)
    const branches = await readBranches(known, path)
    const isFirst = ({ name }: { name: string }) => Number(name === defaultBranch)
    branches.sort((one, other) => isFirst(other) - isFirst(one))
    const shown = branches.find(({ name }) => name === (wanted ?? defaultBranch))
    if (shown === undefined && wanted !== undefined) {
      throw problem('not_found', { detail: 'There is no such branch.' })
    }
    const commits: Commit[] = shown === undefined ? [] : await readCommits(known, path, { from: shown.commit.id })
    return { defaultBranch, branches, commits }
  }

  return {
    async read(call) {
      const { organisation, application } = call.params
      // First whether one may, and then the folder: a transaction does not wait for processes.
      const { seq } = await access.readOrganisation(call, (snapshot) =>
        existing(models, snapshot, application, organisation),
      )
      if (git === undefined) throw problem('git_missing')
      const body = await gate(() => read(git, application, call.query.branch))
      return { body: { cloneUrl: `${origin()}/git/${organisation}/${application}.git`, ...body }, seq }
    },
  }
}
