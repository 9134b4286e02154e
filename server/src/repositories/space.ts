import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { RepositoryModels } from './documents.ts'

export interface Space {
  /** Takes the place for what a push has brought. Throws `payload_too_large` and `storage_limit` where there is none. */
  take(organisation: string, application: string, arrivingBytes: number): Promise<void>
  /** Writes down what a repository takes, once something has become of it. */
  measure(application: string): Promise<void>
}

interface Parts {
  readonly models: Pick<RepositoryModels, 'repositories'>
  /** How large a repository is on disk, without what arrives. */
  readonly sizeOf: (application: string) => Promise<number>
  readonly limits: { readonly maxRepositoryBytes: number; readonly maxOrganisationBytes: number }
}

const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_000_000).toLocaleString('en-GB')

/** How much repositories take, each and all of an organisation. */
export function createSpace({ models, sizeOf, limits }: Parts): Space {
  const { repositories } = models

  async function takenByOthers(organisation: string, application: string): Promise<number> {
    const all = await repositories.find({ organisation, deletedAt: trusted({ $exists: false }) }, { bytes: 1 }).lean()
    return all.reduce((sum, { _id, bytes = 0 }) => (_id === application ? sum : sum + bytes), 0)
  }

  return {
    async take(organisation, application, arrivingBytes) {
      const { maxRepositoryBytes, maxOrganisationBytes } = limits
      const bytes = (await sizeOf(application)) + arrivingBytes
      if (bytes > maxRepositoryBytes) {
        const detail = `The repository would take more than the ${inMegabytes(maxRepositoryBytes)} MB that it can.`
        throw problem('payload_too_large', { detail })
      }
      if ((await takenByOthers(organisation, application)) + bytes > maxOrganisationBytes) {
        const detail = `The organisation’s repositories would take more than the ${inMegabytes(maxOrganisationBytes)} MB that they can. Delete an application that is not needed any more.`
        throw problem('storage_limit', { detail })
      }
      await repositories.updateOne({ _id: application }, { $set: { bytes } })
    },
    async measure(application) {
      await repositories.updateOne({ _id: application }, { $set: { bytes: await sizeOf(application) } })
    },
  }
}
