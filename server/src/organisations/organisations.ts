import { problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Handlers } from '../http/call.ts'
import { newId } from '../ids.ts'
import { type ListCursors, pageOf } from '../list-cursor.ts'
import type { Log } from '../log/log.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { claimableKey, exchange } from './claims.ts'
import type { OrganisationDocument, OrganisationModels } from './documents.ts'
import { end } from './end.ts'
import { found, foundedSeq } from './found.ts'
import { shown } from './organisation.ts'

interface Parts {
  readonly models: OrganisationModels & Pick<AccessModels, 'accounts' | 'memberships'>
  readonly access: Access
  readonly log: Pick<Log, 'close'>
  readonly cursors: ListCursors
}

export function createOrganisations({ models, access, log, cursors }: Parts): Handlers<'organisations'> {
  const { organisations, memberships, accounts } = models

  async function existing(id: string, snapshot: Snapshot): Promise<OrganisationDocument> {
    const organisation = await organisations.findById(id, null, within(snapshot)).lean()
    if (organisation === null) throw problem('not_found')
    return organisation
  }

  return {
    async list(call) {
      const { after, limit } = call.query
      const list = `organisations of ${call.principal.account}`
      // The personal organisation has no position: it stands before all others, which follow in order of creation.
      const position = cursors.read(list, after)
      const { body } = await access.readAccount(call, async (snapshot, me) => {
        const own = await memberships
          .find(
            { 'account.id': me.account, status: 'active' },
            { organisation: 1, role: 1, personalOwner: 1 },
            within(snapshot),
          )
          .lean()
        const byOrganisation = new Map(own.map((membership) => [membership.organisation, membership]))
        const personal = own.filter(({ personalOwner }) => personalOwner).map(({ organisation }) => organisation)
        const others = [...byOrganisation.keys()].filter((id) => !personal.includes(id))
        const isOpen = { deletedAt: trusted({ $exists: false }) }
        const first =
          position === undefined
            ? await organisations.find({ _id: trusted({ $in: personal }), ...isOpen }, null, within(snapshot)).lean()
            : []
        const rest = await organisations
          .find({ _id: trusted({ $in: others, $gt: position ?? '' }), ...isOpen }, null, within(snapshot))
          .sort({ _id: 1 })
          .limit(limit + 1)
          .lean()
        return pageOf(
          [...first, ...rest].flatMap((organisation) => {
            const role = byOrganisation.get(organisation._id)?.role
            return role === undefined ? [] : [shown(organisation, role)]
          }),
          limit,
          (organisation) => organisation,
          ({ id }) => cursors.write(list, personal.includes(id) ? '' : id),
        )
      })
      // Without a position: the list changes with the logs of all these organisations, not with the account’s.
      return { body }
    },

    async create(call) {
      const id = newId('org')
      const changed = await access.changeAccount(
        call,
        async (tx, me) => {
          const founder = await accounts
            .findOneAndUpdate(
              { _id: me.account },
              { $inc: { memberships: 1 } },
              { ...within(tx), returnDocument: 'after' },
            )
            .lean()
          if (founder === null) throw problem('unauthenticated')
          return shown(await found(models, tx, { id, name: call.body.name, personal: false, founder }), 'admin')
        },
        { create: [id] },
      )
      return { ...changed, seq: foundedSeq }
    },

    read: (call) =>
      access.readOrganisation(call, async (snapshot, me) => shown(await existing(me.organisation, snapshot), me.role)),

    update: (call) =>
      access.changeOrganisation(call, async (tx, me, id) => {
        const organisation = await existing(id, tx)
        const name = call.body.name.trim()
        if (name === organisation.name) return shown(organisation, me.role)
        const nameKey = claimableKey(name)
        if (nameKey !== organisation.nameKey)
          await exchange(models, tx, id, { from: organisation.nameKey, to: nameKey })
        await organisations.updateOne({ _id: id }, { $set: { name, nameKey } }, within(tx))
        tx.append(id, 'organisation.renamed', { before: { name: organisation.name }, after: { name } })
        return shown({ ...organisation, name, nameKey }, me.role)
      }),

    delete: (call) =>
      access.changeOrganisation(call, async (tx, _me, id) => {
        const organisation = await existing(id, tx)
        if (organisation.owner !== null) {
          throw problem('personal_organisation', { detail: 'It is deleted together with its owner’s account.' })
        }
        await end(models, log, tx, organisation, 'deleted')
        return undefined
      }),
  }
}
