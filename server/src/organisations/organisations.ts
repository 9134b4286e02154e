import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Me } from '../access/me.ts'
import type { Clock } from '../clock.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import type { ListCursors } from '../list-cursor.ts'
import type { Log } from '../log/log.ts'
import { type Snapshot, within } from '../log/tx.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import type { RoleModels } from '../roles/documents.ts'
import * as roles from '../roles/role.ts'
import { heldNames } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'
import { end } from './end.ts'
import { found, foundedSeq } from './found.ts'
import { checkLimit } from './limit.ts'
import { listDeleted, listOwn } from './list.ts'
import { shown } from './organisation.ts'
import { restore } from './restore.ts'
import { update } from './update.ts'

interface Parts {
  readonly models: OrganisationModels & InvitationModels & RoleModels & Pick<AccessModels, 'accounts' | 'memberships'>
  readonly access: Access
  readonly log: Pick<Log, 'close' | 'reopen' | 'setGrants'>
  readonly cursors: ListCursors
  readonly maxOrganisations: number
  readonly now: Clock
}

export function createOrganisations(parts: Parts): Handlers<'organisations'> {
  const { models, access, log, cursors, maxOrganisations, now } = parts
  const { organisations, accounts } = models

  async function existing(id: string, snapshot: Snapshot): Promise<OrganisationDocument> {
    const organisation = await organisations.findById(id, null, within(snapshot)).lean()
    if (organisation === null) throw problem('not_found')
    return organisation
  }

  async function shownTo({ role, permissions }: Me, organisation: OrganisationDocument, snapshot: Snapshot) {
    const nameOf = await roles.names(models, snapshot, [role])
    const own = shown(organisation, role, nameOf(role))
    if (!permissions.has('organisation:update')) return own
    return { ...own, heldNames: await heldNames(models, snapshot, organisation._id, now()) }
  }

  return {
    async list(call) {
      const { deleted, ...query } = call.query
      const { body } = await access.readAccount(call, (snapshot, { account }) =>
        deleted === 'true'
          ? listDeleted(models, snapshot, cursors, { account, ...query, now: now() })
          : listOwn(models, snapshot, cursors, { account, ...query }),
      )
      // Without a position: the list changes with the logs of all these organisations, not with the account’s.
      return { body }
    },

    async create(call) {
      const id = newId('org')
      const changed = await access.changeAccount(
        call,
        async (tx, me) => {
          await checkLimit(models, tx, me.account, maxOrganisations)
          const founder = await accounts
            .findOneAndUpdate(
              { _id: me.account },
              { $inc: { memberships: 1 } },
              { ...within(tx), returnDocument: 'after' },
            )
            .lean()
          if (founder === null) throw problem('unauthenticated')
          const created = await found(models, tx, { id, ...call.body, personal: false, founder })
          return { ...shown(created, 'admin', roles.builtInName('admin')), heldNames: [] }
        },
        { create: [id] },
      )
      return { ...changed, seq: foundedSeq }
    },

    read: (call) =>
      access.readOrganisation(call, async (snapshot, me) =>
        shownTo(me, await existing(me.organisation, snapshot), snapshot),
      ),

    update: (call) =>
      access.changeOrganisation(call, async (tx, me, id) =>
        shownTo(me, await update({ models, log }, tx, me, await existing(id, tx), call.body), tx),
      ),

    delete: (call) =>
      access.changeOrganisation(call, async (tx, _me, id) => {
        const organisation = await existing(id, tx)
        if (organisation.owner !== null) {
          throw problem('personal_organisation', { detail: 'It is deleted together with its owner’s account.' })
        }
        await end(models, log, tx, organisation, 'deleted')
        return undefined
      }),

    restore: (call) =>
      access.changeDeletedOrganisation(call, async (tx, me, id) => {
        const report = await restore({ models, log }, tx, me, await existing(id, tx))
        return { organisation: await shownTo(me, await existing(id, tx), tx), ...report }
      }),
  }
}
