import { ProblemError, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { RepositoryModels } from './documents.ts'

export interface Space {
  /**
   * Takes the place for what a push has brought; answers what gives it back, once the push is over. Throws
   * `payload_too_large` and `storage_limit` where there is none.
   */
  take(organisation: string, application: string, arrivingBytes: number): Promise<() => void>
  /** Writes down what a repository takes, once something has become of it. */
  measure(application: string): Promise<void>
}

interface Parts {
  readonly models: Pick<RepositoryModels, 'repositories'>
  /** How large a repository is on disk, without what arrives. */
  readonly sizeOf: (application: string) => Promise<number>
  /** Makes room in a repository; answers whether there may be more than before. */
  readonly makeRoom: (application: string) => Promise<boolean>
  readonly limits: { readonly maxRepositoryBytes: number; readonly maxOrganisationBytes: number }
}

const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_000_000).toLocaleString('en-GB')

/** How much repositories take, each and all of an organisation. */
export function createSpace({ models, sizeOf, makeRoom, limits }: Parts): Space {
  const { repositories } = models
  /** What pushes under way bring: nobody else sees it before it has left quarantine. */
  const promised = new Map<string, number>()
  const inTurn = createTurns()

  async function takenByOthers(organisation: string, application: string): Promise<number> {
    const all = await repositories.find({ organisation, deletedAt: trusted({ $exists: false }) }, { bytes: 1 }).lean()
    return all.reduce((sum, { _id, bytes = 0 }) => (_id === application ? sum : sum + bytes), 0)
  }

  const sizeWithPromised = async (application: string) => (await sizeOf(application)) + (promised.get(application) ?? 0)

  function promise(application: string, bytes: number): () => void {
    promised.set(application, (promised.get(application) ?? 0) + bytes)
    return () => {
      const left = (promised.get(application) ?? 0) - bytes
      if (left > 0) promised.set(application, left)
      else promised.delete(application)
    }
  }

  async function check(organisation: string, application: string, bytes: number): Promise<void> {
    const { maxRepositoryBytes, maxOrganisationBytes } = limits
    if (bytes > maxRepositoryBytes) {
      const detail = `The repository would take more than the ${inMegabytes(maxRepositoryBytes)} MB that it can.`
      throw problem('payload_too_large', { detail })
    }
    if ((await takenByOthers(organisation, application)) + bytes > maxOrganisationBytes) {
      const detail = `The organisation’s repositories would take more than the ${inMegabytes(maxOrganisationBytes)} MB that they can. Delete an application that is not needed any more.`
      throw problem('storage_limit', { detail })
    }
  }

  const attempt = (organisation: string, application: string, arrivingBytes: number) =>
    inTurn(organisation, async () => {
      const bytes = (await sizeWithPromised(application)) + arrivingBytes
      await check(organisation, application, bytes)
      await repositories.updateOne({ _id: application }, { $set: { bytes } })
      return promise(application, arrivingBytes)
    })

  return {
    async take(organisation, application, arrivingBytes) {
      try {
        return await attempt(organisation, application, arrivingBytes)
      } catch (error) {
        // Not in turn: others need not wait for it.
        if (!(error instanceof ProblemError) || !(await makeRoom(application))) throw error
        return attempt(organisation, application, arrivingBytes)
      }
    },
    async measure(application) {
      const repository = await repositories
        .findOne({ _id: application, deletedAt: trusted({ $exists: false }) }, { organisation: 1 })
        .lean()
      if (repository === null) return
      await inTurn(repository.organisation, async () => {
        const bytes = await sizeWithPromised(application)
        await repositories.updateOne({ _id: application }, { $set: { bytes } })
      })
    },
  }
}

/** Of those who read a sum and write it anew, each of an organisation one after the other. */
function createTurns() {
  const last = new Map<string, Promise<void>>()
  return <Value>(organisation: string, task: () => Promise<Value>): Promise<Value> => {
    const turn = (last.get(organisation) ?? Promise.resolve()).then(task)
    // Whoever waits for the turn is told how it ended.
    const over = turn.then(
      () => undefined,
      () => undefined,
    )
    last.set(organisation, over)
    void over.then(() => {
      if (last.get(organisation) === over) last.delete(organisation)
    })
    return turn
  }
}
