import type { Answer } from '@rolecall/contract'
import { type AnyEvent, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import { shown } from '../access/account.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Call, Reply } from '../http/call.ts'
import type { LogModels } from '../log/documents.ts'
import { readLog } from '../log/read.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import { shown as sessionShown } from '../sessions/session.ts'
import { shown as tokenShown } from '../tokens/token.ts'

type Models = AccessModels & LogModels & Pick<OrganisationModels, 'organisations'>
type Export = Answer<'accounts', 'export'>

/** Everything that is kept of the caller, as of one moment. */
export function exportAccount(
  { models, access, now }: { models: Models; access: Access; now: Clock },
  call: Call<'accounts', 'export'>,
): Promise<Reply<Export>> {
  return access.readAccount(call, async (snapshot, me) => {
    const account = await models.accounts.findById(me.account, null, within(snapshot)).lean()
    if (account === null) throw problem('unauthenticated')
    const tokens = await models.accessTokens
      .find({ account: me.account }, null, within(snapshot))
      .sort({ _id: 1 })
      .lean()
    const sessions = await models.sessions.find({ account: me.account }, null, within(snapshot)).sort({ _id: 1 }).lean()
    return {
      exportedAt: now().toISOString(),
      account: shown(account),
      sessions: sessions.map((session) => sessionShown(session, me.session)),
      tokens: tokens.map(tokenShown),
      memberships: await membershipsOf(models, snapshot, me.account),
      events: await eventsOf(models, snapshot, me.account),
    }
  })
}

/**
 * Without those in organisations that were deleted: one is not a member there any more, unless they are restored. Who is
 * suspended is an outsider, to whom neither the organisation's present name nor the role that they would have is told.
 */
async function membershipsOf(models: Models, snapshot: Snapshot, account: string): Promise<Export['memberships']> {
  const held = await models.memberships.find({ 'account.id': account }, null, within(snapshot)).sort({ _id: 1 }).lean()
  const ids = held.map(({ organisation }) => organisation)
  const organisations = await models.organisations
    .find({ _id: trusted({ $in: ids }), deletedAt: trusted({ $exists: false }) }, { name: 1 }, within(snapshot))
    .lean()
  const names = new Map(organisations.map(({ _id, name }) => [_id, name]))
  return held.flatMap<Export['memberships'][number]>(({ _id, organisation, role, status, since }) => {
    const name = names.get(organisation)
    if (name === undefined || status === 'gone') return []
    const kept = { id: _id, since: since.toISOString() }
    return status === 'active'
      ? [{ ...kept, organisation: { id: organisation, name }, role, status }]
      : [{ ...kept, organisation: { id: organisation }, status }]
  })
}

async function eventsOf(models: LogModels, snapshot: Snapshot, account: string): Promise<AnyEvent[]> {
  const events: AnyEvent[] = []
  let after: string | undefined
  do {
    const page = await readLog(models, snapshot, account, { after, order: 'asc', limit: 1_000, audiences: ['self'] })
    events.push(...page.data)
    after = page.next
  } while (after !== undefined)
  return events
}
