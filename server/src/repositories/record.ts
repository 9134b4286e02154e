/**
 * Appends to the log what has become of a repository: whatever its branches and tags are other than the log has them.
 * It does not matter who calls, or how often: after a push whoever served it does, after a crash a job.
 */
import { ProblemError } from '@rolecall/contract'
import type { ApplicationModels } from '../applications/documents.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Actor, within } from '../log/tx.ts'
import { type Change, changesOf, firstStep, merged } from './changes.ts'
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

/** `beaten`: somebody else was faster; `more`: there may be more to append. */
type Outcome = 'over' | 'more' | 'beaten'

/** So many changes at once: all that an event shows of each is in one transaction. */
const maxChanges = 100
const maxBeaten = 10

export function createRecord({ models, log, git, storage }: Parts): Record {
  const { repositories, pushes, applications } = models

  /** What somebody did first, of all that is not told yet, as the pushes say that are not over. */
  async function firstOf(
    application: string,
    changes: readonly Change[],
  ): Promise<{ readonly actor: Actor; readonly steps: Change[] }> {
    const known = await pushes.find({ application }).sort({ _id: 1 }).lean()
    const found = changes.map((change) => firstStep(change, known))
    const actor = found[0]?.actor
    const steps = found.filter((one) => one.actor?.id === actor?.id).map(({ step }) => step)
    return { actor: actor === undefined ? system : { kind: 'account', ...actor }, steps: steps.slice(0, maxChanges) }
  }

  async function append(repository: RepositoryDocument, actor: Actor, changes: readonly Change[]): Promise<Outcome> {
    const { _id, organisation, refs, version } = repository
    const described = await describe(git, storage.pathOf(_id), refs, changes)
    const { body } = await log.change(
      { logs: [organisation] },
      async () => ({ actor }),
      async (tx): Promise<Outcome> => {
        const application = await applications.findOne({ _id }, { name: 1 }, within(tx)).lean()
        if (application === null) return 'over'
        const moved = await repositories.updateOne(
          { _id, version },
          { $set: { refs: merged(refs, changes), version: version + 1 } },
          within(tx),
        )
        if (moved.matchedCount === 0) return 'beaten'
        for (const event of described) {
          const named = { application: { id: _id, name: application.name } }
          if (event.type === 'repository.pushed') tx.append(organisation, event.type, { ...named, ...event.data })
          else tx.append(organisation, event.type, { ...named, ...event.data })
        }
        return 'more'
      },
    )
    return body
  }

  async function attempt(application: string): Promise<Outcome> {
    const repository = await repositories.findById(application).lean()
    if (repository === null || repository.deletedAt !== undefined) return 'over'
    const path = await storage.find(application)
    // After the document: what is read here is never older than what the log has.
    const changes = changesOf(repository.refs, await readRefs(git, path))
    if (changes.length === 0) return 'over'
    const { actor, steps } = await firstOf(application, changes)
    const outcome = await append(repository, actor, steps)
    const isAll = changes.every(({ ref, after }) => steps.some((step) => step.ref === ref && step.after === after))
    return outcome === 'more' && isAll ? 'over' : outcome
  }

  return async (application) => {
    try {
      for (let beaten = 0; beaten < maxBeaten; ) {
        const outcome = await attempt(application)
        if (outcome === 'over') return 'done'
        if (outcome === 'beaten') beaten += 1
      }
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'not_found') return 'closed'
      throw error
    }
    throw new Error(`others were faster ${maxBeaten} times`)
  }
}
