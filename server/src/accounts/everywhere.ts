import { isDeepStrictEqual } from 'node:util'
import { ProblemError, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels, MembershipDocument } from '../access/documents.ts'
import type { Self, SelfCall } from '../access/self.ts'
import { type Changed, type Tx, within } from '../log/tx.ts'
import type { OrganisationModels } from '../organisations/documents.ts'

type Models = Pick<AccessModels, 'memberships'> & Pick<OrganisationModels, 'organisations'>

const maxAttempts = 10

/** Somebody joined or left an organisation between the reading of the list and the locking of what it names. */
class ChangedMeanwhile extends Error {}

interface Held {
  readonly open: MembershipDocument[]
  /** Ids of the organisations that are deleted. */
  readonly closed: readonly string[]
}

/**
 * Changes an account together with what it is in its organisations. The logs to lock must be named beforehand, so the
 * memberships are read first, and again under the locks; when they differ it begins anew. Deleted organisations are
 * left out: their logs are closed. What is changed of memberships in them meets a restoration in their own documents.
 */
type Everywhere = <Value>(
  account: string,
  change: (also: readonly string[], present: Present) => Promise<Changed<Value>>,
) => Promise<Changed<Value>>

/** The memberships under the locks. Ends the attempt where they are not those that were locked. */
type Present = (tx: Tx) => Promise<readonly MembershipDocument[]>

/** The same by the account itself. */
export type ChangeEverywhere = <Value>(
  call: SelfCall,
  closure: (tx: Tx, me: Self, memberships: readonly MembershipDocument[]) => Promise<Value>,
) => Promise<Changed<Value>>

export function createChangeEverywhere(models: Models, access: Access): ChangeEverywhere {
  const everywhere = createEverywhere(models)
  return (call, closure) =>
    everywhere(call.principal.account, (also, present) =>
      access.changeAccount(call, async (tx, me) => closure(tx, me, await present(tx)), { also }),
    )
}

function createEverywhere({ memberships, organisations }: Models): Everywhere {
  async function held(account: string, tx?: Tx): Promise<Held> {
    const all = await memberships.find({ 'account.id': account }, null, within(tx)).sort({ _id: 1 }).lean()
    const ids = all.map(({ organisation }) => organisation)
    const deleted = await organisations
      .find({ _id: trusted({ $in: ids }), deletedAt: trusted({ $exists: true }) }, { _id: 1 }, within(tx))
      .lean()
    const closed = new Set(deleted.map(({ _id }) => _id))
    return { open: all.filter(({ organisation }) => !closed.has(organisation)), closed: [...closed] }
  }
  const organisationsOf = (all: readonly MembershipDocument[]) => all.map(({ organisation }) => organisation)

  return async (account, change) => {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const also = organisationsOf((await held(account)).open)
      try {
        return await change(also, async (tx) => {
          const { open, closed } = await held(account, tx)
          if (!isDeepStrictEqual(organisationsOf(open), also)) throw new ChangedMeanwhile()
          if (closed.length > 0) {
            await organisations.updateMany({ _id: trusted({ $in: closed }) }, { $inc: { touched: 1 } }, within(tx))
          }
          return open
        })
      } catch (error) {
        if (!isOutdated(error)) throw error
      }
    }
    throw problem('unavailable', { detail: 'Your memberships keep changing. Try again in a moment.' })
  }
}

/** `not_found` is the log of an organisation that was deleted before it could be locked. */
function isOutdated(error: unknown): boolean {
  return error instanceof ChangedMeanwhile || (error instanceof ProblemError && error.code === 'not_found')
}
