/** What is done with an endpoint that exists: another secret, another owner, a test, and all once more. */
import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access, OrganisationCall } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Handlers } from '../http/call.ts'
import type { ListCursors } from '../list-cursor.ts'
import type { LogModels } from '../log/documents.ts'
import type { Log } from '../log/log.ts'
import { placeOf, positionSince } from '../log/positions.ts'
import { type Tx, within } from '../log/tx.ts'
import type { WebhookDocument, WebhookModels } from './documents.ts'
import { askedFor, checkEnabled, existing, resumeCursor } from './endpoint.ts'
import { checkMayDirect, checkOwns } from './rights.ts'
import { liveSecrets, named, shownIn } from './shown.ts'
import { newSecret, type SealedSecrets } from './signing.ts'

export interface DirectingParts {
  readonly models: WebhookModels & LogModels & Pick<AccessModels, 'memberships'>
  readonly access: Access
  readonly log: Pick<Log, 'head'>
  readonly cursors: ListCursors
  readonly secrets: Pick<SealedSecrets, 'seal' | 'opens'>
  readonly now: Clock
}

const hourMs = 60 * 60 * 1_000
/** With the new one as many as a receiver compares: see `mostSignatures` of the SDK. */
const maxFormer = 3
/** As many as may wait to be tried again before the log is the queue. */
const maxAskedFor = 1_000

type Directing = Pick<Handlers<'webhooks'>, 'rotateSecret' | 'adopt' | 'test' | 'replay'>

export function createDirecting({ models, access, secrets }: DirectingParts): Directing {
  const { webhooks, webhookCursors, webhookDeliveries } = models

  /** Before anything is locked: a log only grows, so that the position stays what it is. */
  async function replayedFrom(
    call: OrganisationCall,
    { after, since }: { readonly after?: string | undefined; readonly since?: string | undefined },
  ): Promise<number> {
    if ((after === undefined) === (since === undefined)) {
      throw problem('invalid_request', { detail: 'Say by `after` or by `since` from where on, and not by both.' })
    }
    const { body } = await access.readOrganisation(call, (snapshot, { organisation }) =>
      after === undefined
        ? positionSince(models, snapshot, organisation, new Date(since ?? ''))
        : placeOf(models, snapshot, organisation, after).then(({ seq }) => seq),
    )
    return body
  }

  async function putBack(tx: Tx, webhook: string, from: number): Promise<void> {
    const counted = { ...within(tx), returnDocument: 'before' } as const
    const cursor = await webhookCursors
      .findOneAndUpdate({ _id: webhook }, { $min: { seq: from }, $inc: { fence: 1, round: 1 } }, counted)
      .lean()
    if (cursor === null || cursor.seq >= from) return
    // It stands before what was delivered last, or has not come so far: what was tried in this round in between is not
    // delivered once more. What was not yet is owed by a replay of before.
    await webhookDeliveries.updateMany(
      { webhook, seq: trusted({ $gt: cursor.seq, $lte: from }), round: trusted({ $gte: cursor.round }) },
      { $set: { round: cursor.round + 1 } },
      within(tx),
    )
  }

  /** Answers how many there are. */
  async function askForExhausted(tx: Tx, webhook: string, from: number): Promise<number> {
    const found = await webhookDeliveries
      .find({ webhook, status: 'exhausted', seq: trusted({ $gt: from }) }, { _id: 1 }, within(tx))
      .sort({ seq: 1 })
      .limit(maxAskedFor)
      .lean()
    await webhookDeliveries.updateMany(
      { _id: trusted({ $in: found.map(({ _id }) => _id) }) },
      { $set: askedFor(tx.at), $unset: { expiresAt: 1 } },
      within(tx),
    )
    await webhookCursors.updateOne({ _id: webhook }, { $set: { wakeAt: tx.at } }, within(tx))
    return found.length
  }

  return {
    async rotateSecret(call) {
      const secret = newSecret()
      const overlapMs = call.body.overlapHours * hourMs
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        await checkOwns(models, tx, me, webhook)
        const formerUntil = new Date(tx.at.getTime() + overlapMs)
        const fresh = { sealed: secrets.seal(webhook._id, secret), createdAt: tx.at }
        const former = formerSecrets(webhook, tx.at, formerUntil)
        // One that a lost SECRET_KEY had sealed signs nothing any more.
        const signing = former.filter(({ sealed }) => secrets.opens(webhook._id, sealed))
        const rotated = { ...webhook, secrets: [fresh, ...signing] }
        await webhooks.updateOne({ _id: webhook._id }, { $set: { secrets: rotated.secrets } }, within(tx))
        tx.append(organisation, 'webhook.secret_rotated', {
          webhook: named(webhook),
          formerUntil: formerUntil.toISOString(),
        })
        return { ...(await shownIn(models, tx, rotated)), secret }
      })
    },

    adopt: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        const { _id, owner: before, stopped, ...rest } = webhook
        const owner = { id: me.account.id, name: me.account.name }
        const goesOn = stopped?.reason === 'owner_lost'
        const adopted = { ...rest, _id, owner, ...(goesOn || stopped === undefined ? {} : { stopped }) }
        await webhooks.updateOne(
          { _id },
          { $set: { owner }, ...(goesOn ? { $unset: { stopped: 1 } } : {}) },
          within(tx),
        )
        if (before.id !== owner.id) {
          tx.append(organisation, 'webhook.adopted', { webhook: named(webhook), before, after: owner })
        }
        if (goesOn) {
          await resumeCursor(models, tx, _id)
          tx.append(organisation, 'webhook.resumed', { webhook: named(webhook) })
        }
        return shownIn(models, tx, adopted)
      }),

    test: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        await checkMayDirect(models, tx, me, webhook)
        checkEnabled(webhook)
        return { seq: tx.append(organisation, 'webhook.tested', { webhook: named(webhook) }) }
      }),

    async replay(call) {
      const from = await replayedFrom(call, call.body)
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const webhook = await existing(models, tx, call.params.webhook, organisation)
        await checkMayDirect(models, tx, me, webhook)
        if (call.body.exhausted) {
          const count = await askForExhausted(tx, webhook._id, from)
          tx.append(organisation, 'webhook.replayed', { webhook: named(webhook), from, exhausted: true })
          return { from, count }
        }
        await putBack(tx, webhook._id, from)
        tx.append(organisation, 'webhook.replayed', { webhook: named(webhook), from })
        return { from }
      })
    },
  }
}

/**
 * Those that still have time, and have it until the newest choice at most. Not the last one alone: where that was lost
 * before anybody could take it, the receiver has the one before it, and would refuse everything.
 */
function formerSecrets(webhook: WebhookDocument, at: Date, until: Date): WebhookDocument['secrets'] {
  if (until <= at) return []
  return liveSecrets(webhook, at)
    .slice(0, maxFormer)
    .map(({ expiresAt = until, ...former }) => ({ ...former, expiresAt: expiresAt < until ? expiresAt : until }))
}
