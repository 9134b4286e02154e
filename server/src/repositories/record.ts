/**
 * Appends to the log what has become of a repository: whatever its branches and tags are other than the log has them.
 * It does not matter who calls, or how often: after a push whoever served it does, after a crash a job.
 */
import { ProblemError } from '@rolecall/contract'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Actor, within } from '../log/tx.ts'
import { type Change, changesOf, merged } from './changes.ts'
import { describe } from './describe.ts'
import type { RepositoryDocument, RepositoryModels } from './documents.ts'
import type { Git } from './git.ts'
import { readRefs } from './refs.ts'
import type { Storage } from './storage.ts'

interface Parts {
  readonly models: RepositoryModels & ApplicationModels
  readonly log: Pick<Log, 'change'>
  readonly git: Git
  readonly storage: Storage
}

/** `closed`: nothing can be appended now, since the organisation is deleted. */
export type Recorded = 'done' | 'closed'
export type Record = (application: string) => Promise<Recorded>

const maxAttempts = 10

export function createRecord({ models, log, git, storage }: Parts): Record {
  const { repositories, pushes, applications } = models

  /** Who made each change, as the pushes tell that are not over. */
  async function byActor(application: string, changes: readonly Change[]): Promise<[Actor, Change[]][]> {
    const known = await pushes.find({ application }).sort({ _id: -1 }).lean()
    const groups = new Map<string, [Actor, Change[]]>()
    for (const change of changes) {
      const push = known.find(({ updates }) =>
        updates.some(({ ref, after }) => ref === change.ref && after === change.after),
      )
      const actor: Actor = push === undefined ? system : { kind: 'account', ...push.actor }
      const group = groups.get(actor.id) ?? [actor, []]
      group[1].push(change)
      groups.set(actor.id, group)
    }
    return [...groups.values()]
  }

  /** Whether it was appended: somebody else may have been faster. */
  async function append(repository: RepositoryDocument, actor: Actor, changes: readonly Change[]): Promise<boolean> {
    const { _id, organisation, refs, version } = repository
    const described = await describe(git, storage.pathOf(_id), refs, changes)
    const { body } = await log.change(
      { logs: [organisation] },
      async () => ({ actor }),
      async (tx) => {
        const application = await applications.findOne({ _id }, { name: 1 }, within(tx)).lean()
        if (application === null) return true
        const moved = await repositories.updateOne(
          { _id, version },
          { $set: { refs: merged(refs, changes), version: version + 1 } },
          within(tx),
        )
        if (moved.matchedCount === 0) return false
        for (const event of described) {
          const named = { application: { id: _id, name: application.name } }
          if (event.type === 'repository.pushed') tx.append(organisation, event.type, { ...named, ...event.data })
          else tx.append(organisation, event.type, { ...named, ...event.data })
        }
        return true
      },
    )
    return body
  }

  async function attempt(application: string): Promise<boolean> {
    const repository = await repositories.findById(application).lean()
    if (repository === null || repository.deletedAt !== undefined) return true
    // After the document: what is read here is never older than what the log has.
    const changes = changesOf(repository.refs, await readRefs(git, storage.pathOf(application)))
    const [first, ...others] = await byActor(application, changes)
    if (first === undefined) return true
    return (await append(repository, ...first)) && others.length === 0
  }

  return async (application) => {
    try {
      for (let count = 0; count < maxAttempts; count += 1) if (await attempt(application)) return 'done'
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'not_found') return 'closed'
      throw error
    }
    throw new Error(`others were faster ${maxAttempts} times`)
  }
}
