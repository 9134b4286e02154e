import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { Me } from '../access/me.ts'
import { existing, named } from '../applications/application.ts'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Handlers } from '../http/call.ts'
import { type Tx, within } from '../log/tx.ts'
import type { Logger } from '../logger.ts'
import type { Gate } from '../sessions/gate.ts'
import type { DefaultBranch } from './default-branch.ts'
import type { RepositoryModels } from './documents.ts'
import { type Git, GitError } from './git.ts'
import { isOrdinary } from './pushes.ts'

interface Parts {
  readonly models: RepositoryModels & ApplicationModels
  readonly access: Pick<Access, 'readOrganisation' | 'changeOrganisation'>
  /** Undefined where git is not installed. */
  readonly serving: { readonly git: Git; readonly defaultBranch: DefaultBranch } | undefined
  /** Of those who read by processes of git. */
  readonly gate: Gate
  readonly logger: Pick<Logger, 'warn'>
}

/** Each time somebody else has changed the repository meanwhile. */
const maxBeaten = 10

/** Chooses the default branch: in the log first, and then in the repository’s HEAD. */
export function createChooseDefault({
  models,
  access,
  serving,
  gate,
  logger,
}: Parts): Handlers<'repositories'>['update'] {
  const { repositories } = models

  async function checkName(known: Git, path: string, name: string): Promise<void> {
    const ref = `refs/heads/${name}`
    const isPlain = isOrdinary(ref) && name !== 'HEAD' && !name.startsWith('-')
    if (isPlain && (await isTaken(known, path, ref))) return
    const message = 'is no name that git takes for a branch'
    throw problem('invalid_request', {
      detail: `defaultBranch ${message}.`,
      errors: [{ path: 'defaultBranch', message }],
    })
  }

  /** Answers undefined where the repository is no more what `before` was read of. */
  async function choose(
    tx: Tx,
    { organisation, permissions }: Me,
    { application, name, before, version }: { application: string; name: string; before: string; version: number },
  ): Promise<true | undefined> {
    const found = await existing(models, tx, application, organisation)
    // Whether there is such a branch is nothing for others.
    if (!permissions.has('repository:read')) throw problem('forbidden', { detail: 'This needs repository:read too.' })
    const repository = await repositories.findById(application, null, within(tx)).lean()
    if (repository?.version !== version) return undefined
    const branches = repository.refs.filter((ref) => ref.name.startsWith('refs/heads/'))
    if (branches.length > 0 && !branches.some((ref) => ref.name === `refs/heads/${name}`)) {
      throw problem('branch_not_found', { detail: 'Push it first, or choose one that there is.' })
    }
    if (name === before) return true
    const changes = { chosenBranch: name, version: version + 1 }
    await repositories.updateOne({ _id: application }, { $set: changes }, within(tx))
    tx.append(organisation, 'repository.updated', {
      application: named(found),
      before: { defaultBranch: before },
      after: { defaultBranch: name },
    })
    return true
  }

  return async (call) => {
    const { organisation, application } = call.params
    const { defaultBranch: name } = call.body
    // First whether one may, and then the folder: a transaction does not wait for processes.
    await access.readOrganisation(call, (snapshot) => existing(models, snapshot, application, organisation))
    if (serving === undefined) throw problem('git_missing')
    const { git, defaultBranch } = serving
    for (let beaten = 0; beaten < maxBeaten; beaten += 1) {
      // The document before HEAD: what was settled meanwhile is of another version, and seen there.
      const known = await repositories.findById(application, { version: 1 }).lean()
      const before = await gate(async () => {
        const read = await defaultBranch.read(application)
        if (beaten === 0) await checkName(git, read.path, name)
        return read.name
      })
      const { body, seq } = await access.changeOrganisation(call, (tx, me) =>
        choose(tx, me, { application, name, before, version: known?.version ?? 0 }),
      )
      if (body === undefined) continue
      await defaultBranch.settle(application).catch((error: unknown) => {
        // It is in the log, and a job does the rest.
        logger.warn({ err: error, application }, 'a default branch could not be moved yet')
      })
      return { body: { defaultBranch: name }, seq }
    }
    throw problem('unavailable', { detail: 'The repository is being pushed to. Try again in a moment.' })
  }
}

function isTaken(git: Git, path: string, ref: string): Promise<boolean> {
  return git.run(path, ['check-ref-format', ref]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitError) return false
      throw error
    },
  )
}
