/**
 * What invited people do. Whoever is refused hears the same, to the byte, whatever the reason: an unknown, expired,
 * revoked or used token, one of another address than that of one’s account, an organisation that is gone.
 */
import { ProblemError, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { type Grants, grantsIn } from '../access/grants.ts'
import type { Self, SelfCall } from '../access/self.ts'
import type { Clock } from '../clock.ts'
import { emailKey } from '../email.ts'
import type { Handlers, Reply } from '../http/call.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import type { Log } from '../log/log.ts'
import { system } from '../log/system.ts'
import { type Changed, type Snapshot, type Tx, within } from '../log/tx.ts'
import { hashOf } from '../mail/tokens.ts'
import type { InvitationDocument, InvitationModels } from '../members/invited/documents.ts'
import { end, sendable } from '../members/invited/end.ts'
import { named } from '../members/invited/invitation.ts'
import { join } from '../members/join.ts'
import { named as memberNamed, shown as memberShown } from '../members/member.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import { shownReceived } from './received.ts'

export interface AnsweringParts {
  readonly models: InvitationModels &
    RoleModels &
    Pick<OrganisationModels, 'organisations'> &
    Pick<AccessModels, 'accounts' | 'memberships'>
  readonly access: Access
  readonly log: Pick<Log, 'change' | 'snapshot' | 'head' | 'locked'>
  readonly cursors: ListCursors
  readonly now: Clock
  readonly maxMembers: number
  /** Confirms the address of the caller’s account, which the mail has reached. */
  readonly confirmAddress: (call: SelfCall) => Promise<void>
}

type Answering = Pick<Handlers<'invitations'>, 'preview' | 'accept' | 'decline' | 'mine' | 'acceptMine' | 'declineMine'>

/** How an invitation is named: by the token of its mail, or by its id. */
type Name = { readonly tokenHash: string } | { readonly _id: string }

export function createAnswering(parts: AnsweringParts): Answering {
  const { models, access, log, cursors, now, maxMembers, confirmAddress } = parts
  const { invitations, accounts } = models

  const find = (name: Name, snapshot?: Snapshot) => invitations.findOne({ ...name }, null, within(snapshot)).lean()

  async function isValid(invitation: InvitationDocument, grants: Grants, snapshot: Snapshot, at: Date) {
    if (invitation.status !== 'pending' || invitation.expiresAt <= at) return false
    const found = await sendable(models, snapshot, grants, invitation.organisation, [invitation])
    return found.length === 1
  }

  /** The invitation as it is under the lock of its organisation. */
  async function answerable(tx: Tx, name: Name): Promise<{ invitation: InvitationDocument; grants: Grants }> {
    const invitation = await find(name, tx)
    if (invitation === null) throw invalid()
    const grants = grantsIn(log.locked(tx, invitation.organisation))
    if (!(await isValid(invitation, grants, tx, tx.at))) throw invalid()
    return { invitation, grants }
  }

  /**
   * Where an invitation leads, before anything is locked. One that has ended leads nowhere, unless the request may be
   * the repetition of the one that ended it.
   */
  async function leadsTo(name: Name, { idempotency }: Pick<SelfCall, 'idempotency'>): Promise<InvitationDocument> {
    const invitation = await find(name)
    const isOpen = invitation !== null && invitation.status === 'pending' && invitation.expiresAt > now()
    if (invitation === null || (!isOpen && idempotency === undefined)) throw invalid()
    return invitation
  }

  async function acceptBy(name: Name, call: SelfCall, organisation: string) {
    const changed = await inOrganisation(() =>
      access.changeAsGuest(call, organisation, async (tx, me) => {
        const { invitation, grants } = await answerable(tx, name)
        if (invitation.emailKey !== emailKey(me.email)) throw invalid()
        // Counted before anything else is written: an account that is being deleted conflicts here.
        const account = await accounts
          .findOneAndUpdate(
            { _id: me.account },
            { $inc: { memberships: 1 } },
            { ...within(tx), returnDocument: 'after' },
          )
          .lean()
        if (account === null) throw problem('unauthenticated')
        const { role } = invitation
        // First, so that joining does not find it pending.
        await end(models, tx, invitation, 'accepted')
        const membership = await join(models, tx, { organisation, account, role, grants, maxMembers, way: 'joining' })
        const accepted = { invitation: named(invitation), member: memberNamed(membership) }
        tx.append(organisation, 'invitation.accepted', accepted)
        return memberShown(membership)
      }),
    )
    return changed
  }

  async function decline(tx: Tx, { organisation }: InvitationDocument, name: Name, key?: string): Promise<void> {
    const { invitation } = await answerable(tx, name)
    if (key !== undefined && invitation.emailKey !== key) throw invalid()
    await end(models, tx, invitation, 'declined')
    tx.append(organisation, 'invitation.declined', { invitation: named(invitation) })
  }

  /** Who the caller is. Only where their address is confirmed is what was sent there theirs. */
  async function verifiedSelf(call: SelfCall): Promise<Self> {
    const { body: me } = await access.readAccount(call, async (_, self) => self)
    if (!me.emailVerified) throw invalid()
    return me
  }

  return {
    async preview(call) {
      const tokenHash = hashOf(call.body.token)
      const body = await log.snapshot(async (snapshot) => {
        const invitation = await find({ tokenHash }, snapshot)
        if (invitation === null) throw invalid()
        const head = await log.head(snapshot, invitation.organisation)
        if (head === undefined || !(await isValid(invitation, grantsIn(head), snapshot, now()))) throw invalid()
        const [received] = await shownReceived(models, snapshot, [invitation])
        if (received === undefined) throw invalid()
        const account = await accounts.findOne({ emailKey: invitation.emailKey }, { _id: 1 }, within(snapshot)).lean()
        return { ...received, hasAccount: account !== null }
      })
      return { body }
    },

    async accept(call) {
      const { body: me } = await access.readAccount(call, async (_, self) => self)
      const name = { tokenHash: hashOf(call.body.token) }
      const invitation = await leadsTo(name, call)
      if (invitation.emailKey !== emailKey(me.email)) throw invalid()
      // Before the organisation is locked, in a change of its own: whoever has the mail has the address, whatever comes of
      // the invitation.
      if (!me.emailVerified && invitation.status === 'pending') await confirmAddress(call)
      return acceptBy(name, call, invitation.organisation)
    },

    async decline(call) {
      const name = { tokenHash: hashOf(call.body.token) }
      const invitation = await leadsTo(name, { idempotency: undefined })
      return inOrganisation(async () =>
        nothing(
          await log.change(
            { logs: [invitation.organisation] },
            async () => ({ actor: system }),
            (tx) => decline(tx, invitation, name),
          ),
        ),
      )
    },

    async mine(call) {
      const { after, limit } = call.query
      const { body } = await access.readAccount(call, async (snapshot, me) => {
        if (!me.emailVerified) return { data: [] }
        const list = `invitations for ${me.account}`
        const position = cursors.read(list, after) ?? ''
        const found = await invitations
          .find(
            {
              emailKey: emailKey(me.email),
              status: 'pending',
              _id: trusted({ $gt: position }),
              expiresAt: trusted({ $gt: now() }),
            },
            null,
            within(snapshot),
          )
          .sort({ _id: 1 })
          .limit(limit + 1)
          .lean()
        const page = pageOf(
          found,
          limit,
          (one) => one,
          ({ _id }) => cursors.write(list, _id),
        )
        return { ...page, data: await shownReceived(models, snapshot, page.data) }
      })
      // Without a position: the list changes with the logs of all these organisations, not with the account’s.
      return { body }
    },

    async acceptMine(call) {
      const me = await verifiedSelf(call)
      const name = { _id: call.params.invitation }
      const invitation = await leadsTo(name, call)
      if (invitation.emailKey !== emailKey(me.email)) throw invalid()
      return acceptBy(name, call, invitation.organisation)
    },

    async declineMine(call) {
      const me = await verifiedSelf(call)
      const name = { _id: call.params.invitation }
      const invitation = await leadsTo(name, call)
      if (invitation.emailKey !== emailKey(me.email)) throw invalid()
      return inOrganisation(async () =>
        nothing(
          await access.changeAsGuest(call, invitation.organisation, (tx, self) =>
            decline(tx, invitation, name, emailKey(self.email)),
          ),
        ),
      )
    },
  }
}

const nothing = ({ seq, replayed }: Changed<void>): Reply<undefined> => ({ body: undefined, seq, replayed })

/** The closed log of an organisation that was deleted must not be told from a token that is none. */
async function inOrganisation<Value>(change: () => Promise<Value>): Promise<Value> {
  try {
    return await change()
  } catch (error) {
    throw error instanceof ProblemError && error.code === 'not_found' ? invalid() : error
  }
}

const invalid = () =>
  problem('invitation_not_found', {
    detail:
      'It may have expired, been answered or withdrawn, or be for another address than the confirmed one of your account.',
  })
