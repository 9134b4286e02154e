import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import { emailKey, isEmailKey } from '../email.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import type { Log } from '../log/log.ts'
import { type Snapshot, type Tx, within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import { newToken } from '../mail/tokens.ts'
import { checkAssignable } from '../members/assignable.ts'
import type { InvitationDocument, InvitationModels } from '../members/invited/documents.ts'
import { revoke } from '../members/invited/end.ts'
import { shown } from '../members/invited/invitation.ts'
import { maxPending } from '../members/invited/pending.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import { type AnsweringParts, createAnswering } from './answering.ts'
import { expire } from './expire.ts'
import { send, sentNow } from './send.ts'

interface Parts extends AnsweringParts {
  readonly models: InvitationModels & OrganisationModels & RoleModels & Pick<AccessModels, 'accounts' | 'memberships'>
  readonly access: Access
  readonly log: Log
  readonly mails: Mails
  readonly cursors: ListCursors
  readonly now: Clock
}

export function createInvitations(parts: Parts): Handlers<'invitations'> {
  const { models, access, cursors } = parts
  const { invitations, accounts, memberships } = models

  async function existing(id: string, organisation: string, snapshot: Snapshot): Promise<InvitationDocument> {
    const invitation = await invitations.findOne({ _id: id, organisation }, null, within(snapshot)).lean()
    if (invitation === null) throw problem('not_found')
    return invitation
  }

  /** An account that exists takes as many queries as one that does not. */
  async function isMember(tx: Tx, organisation: string, key: string): Promise<boolean> {
    const account = await accounts.findOne({ emailKey: key }, { _id: 1 }, within(tx)).lean()
    const membership = await memberships
      .findOne({ organisation, 'account.id': account?._id ?? 'acc_none' }, { _id: 1 }, within(tx))
      .lean()
    return membership !== null
  }

  /** One that was not accepted in time, and is not marked so yet, makes room. */
  async function checkUninvited(tx: Tx, organisation: string, key: string): Promise<void> {
    const former = await invitations
      .findOne({ organisation, emailKey: key, status: 'pending' }, null, within(tx))
      .lean()
    if (former === null) return
    if (former.expiresAt > tx.at) throw alreadyInvited()
    await expire(models, tx, former)
  }

  return {
    ...createAnswering(parts),

    async list(call) {
      const { after, limit, status } = call.query
      return access.readOrganisation(call, async (snapshot, { organisation }) => {
        const list = `${status ?? 'all'} invitations of ${organisation}`
        const position = cursors.read(list, after) ?? ''
        const found = await invitations
          .find(
            { organisation, _id: trusted({ $gt: position }), ...(status === undefined ? {} : { status }) },
            null,
            within(snapshot),
          )
          .sort({ _id: 1 })
          .limit(limit + 1)
          .lean()
        return pageOf(found, limit, shown, ({ _id }) => cursors.write(list, _id))
      })
    },

    async create(call) {
      const { email, role, expiresInDays } = call.body
      const key = emailKey(email)
      if (!isEmailKey(key)) {
        const message = 'must be an email address'
        throw problem('invalid_request', { detail: `email: ${message}`, errors: [{ path: 'email', message }] })
      }
      const { token, tokenHash } = newToken('rit')
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        checkAssignable(me, undefined, role)
        if (await isMember(tx, organisation, key)) throw problem('already_member')
        await checkUninvited(tx, organisation, key)
        const count = await invitations.countDocuments({ organisation, status: 'pending' }, within(tx))
        if (count >= maxPending) {
          throw problem('invitation_limit', { detail: `There can be ${maxPending}. Withdraw some first.` })
        }
        const invitation: InvitationDocument = {
          _id: newId('inv'),
          organisation,
          email: email.trim(),
          emailKey: key,
          role,
          status: 'pending',
          tokenHash,
          createdAt: tx.at,
          ...sentNow(tx, me, expiresInDays),
          notice: 'due',
        }
        await invitations.create([invitation], within(tx)).catch((error: unknown) => {
          throw duplicateKeyOf(error) === 'organisation_emailKey_pending' ? alreadyInvited() : error
        })
        await send(parts, tx, invitation, token)
        tx.append(organisation, 'invitation.created', { invitation: shown(invitation) })
        return shown(invitation)
      })
    },

    async resend(call) {
      const { token, tokenHash } = newToken('rit')
      return access.changeOrganisation(call, async (tx, me, organisation) => {
        const former = await existing(call.params.invitation, organisation, tx)
        if (former.status !== 'pending' || former.expiresAt <= tx.at) throw ended(former)
        checkAssignable(me, undefined, former.role)
        const sent = { tokenHash, ...sentNow(tx, me, call.body.expiresInDays) }
        await invitations.updateOne({ _id: former._id }, { $set: sent }, within(tx))
        const invitation = { ...former, ...sent }
        await send(parts, tx, invitation, token)
        tx.append(organisation, 'invitation.resent', { invitation: shown(invitation) })
        return shown(invitation)
      })
    },

    revoke: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const invitation = await existing(call.params.invitation, organisation, tx)
        // Withdrawn already: whoever repeats a request whose answer was lost has what they asked for.
        if (invitation.status === 'revoked') return undefined
        if (invitation.status !== 'pending') throw ended(invitation)
        checkAssignable(me, undefined, invitation.role)
        await revoke(models, tx, invitation, 'revoked')
        return undefined
      }),
  }
}

const alreadyInvited = () =>
  problem('already_invited', { detail: 'Send the pending invitation again, or withdraw it first.' })

const ended = ({ status }: InvitationDocument) =>
  problem('invitation_ended', {
    detail: status === 'pending' ? 'It has expired. Invite anew.' : `It was ${status}. Invite anew.`,
  })
