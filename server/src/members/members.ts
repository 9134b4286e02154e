import { type ProblemError, problem } from '@rolecall/contract'
import { trusted } from 'mongoose'
import type { Access } from '../access/access.ts'
import type { AccessModels } from '../access/documents.ts'
import { memberOf } from '../access/me.ts'
import { emailKey } from '../email.ts'
import type { Call, Handlers } from '../http/call.ts'
import type { ListCursors } from '../list-cursor.ts'
import { fileOf } from '../list-file.ts'
import { type Snapshot, within } from '../log/tx.ts'
import { type Action, apply, type Change, existing, namedBy } from './apply.ts'
import { checkAssignable } from './assignable.ts'
import { membersAsCsv } from './csv.ts'
import type { InvitationModels } from './invited/documents.ts'
import { pendingOf } from './invited/pending.ts'
import { join } from './join.ts'
import { listMembers } from './list.ts'
import { shown } from './member.ts'

interface Parts {
  readonly models: Pick<AccessModels, 'accounts' | 'memberships'> & InvitationModels
  readonly access: Access
  readonly cursors: ListCursors
  readonly maxMembers: number
  /** Only accounts whose address is confirmed can be added. */
  readonly onlyVerified: boolean
  readonly isPersonal: (snapshot: Snapshot, organisation: string) => Promise<boolean>
}

const perFilePage = 500

export function createMembers({
  models,
  access,
  cursors,
  maxMembers,
  onlyVerified,
  isPersonal,
}: Parts): Handlers<'members'> {
  const { accounts, memberships } = models

  /** Each page asks anew whether the reader may: what is read ends with their access. */
  async function* pagesOf(call: Call<'members', 'list'>) {
    let after = call.query.after
    do {
      const { body } = await access.readOrganisation(call, (snapshot, me) =>
        listMembers(models, snapshot, me, cursors, { ...call.query, after, limit: perFilePage }),
      )
      yield body.data
      after = body.next
    } while (after !== undefined)
  }

  const actOn = (call: Call<'members', 'suspend' | 'resume'>, action: Action) =>
    access.changeOrganisation(call, async (tx, me) => {
      const subject = namedBy(me)
      const [member] = await apply(models, tx, me, [{ subject, to: { action } }])
      return shown(member ?? subject)
    })

  return {
    async list(call) {
      if (call.format !== undefined) return fileOf(call.format, 'members', pagesOf(call), membersAsCsv)
      return access.readOrganisation(call, async (snapshot, me) => {
        const { include, ...query } = call.query
        const page = await listMembers(models, snapshot, me, cursors, query)
        if (include === undefined || query.after !== undefined) return page
        return { ...page, invitations: await pendingOf(models, snapshot, me.organisation) }
      })
    },

    add: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const { email, role } = call.body
        checkAssignable(me, undefined, role)
        // Counted before anything else is written: an account that is being deleted conflicts here.
        const account = await accounts
          .findOneAndUpdate(
            { emailKey: emailKey(email) },
            { $inc: { memberships: 1 } },
            { ...within(tx), returnDocument: 'after' },
          )
          .lean()
        if (account === null) throw problem('account_not_found')
        if (onlyVerified && !account.emailVerified)
          throw problem('email_unverified', { detail: 'Invite them instead: accepting confirms it.' })
        return shown(
          await join(models, tx, { organisation, account, role, grants: me.grants, maxMembers, way: 'added' }),
        )
      }),

    read: (call) =>
      access.readOrganisation(call, async (snapshot, { organisation }) =>
        shown(await existing(models, snapshot, organisation, call.params.member)),
      ),

    changeRole: (call) =>
      access.changeOrganisation(call, async (tx, me) => {
        const { role } = call.body
        const subject = namedBy(me)
        const [member] = await apply(models, tx, me, [{ subject, to: { role } }])
        return shown(member ?? subject)
      }),

    // Leaving needs no more than being a member; whoever removes others needs `call.permission`.
    remove: (call) =>
      access.changeOrganisation({ ...call, permission: 'organisation:read' }, async (tx, me) => {
        const { membership } = me
        const leaving = membership?._id === call.params.member ? membership : undefined
        // Before anything else: who may not see the members must not learn from the answer who is one.
        if (leaving === undefined && !me.permissions.has(call.permission)) {
          throw problem('forbidden', { detail: `This needs the permission ${call.permission}, except to leave.` })
        }
        await apply(models, tx, me, [{ subject: leaving ?? namedBy(me), to: { action: 'remove' } }])
        return undefined
      }),

    suspend: (call) => actOn(call, 'suspend'),

    resume: (call) => actOn(call, 'resume'),

    batch: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const wanted = call.body.changes
        const ids = wanted.map(({ member }) => member)
        const found = await memberships
          .find({ organisation, _id: trusted({ $in: ids }), status: trusted({ $ne: 'gone' }) }, null, within(tx))
          .lean()
        const members = new Map(found.map((member) => [member._id, member]))
        const changes = wanted.map(({ member, ...to }, index): Change => {
          const subject = members.get(member)
          if (subject === undefined) throw entryProblem(problem('not_found'), index)
          if (ids.indexOf(member) !== index) {
            const twice = problem('invalid_request', { detail: 'This member is named twice: say once what to do.' })
            throw entryProblem(twice, index)
          }
          return { subject, to }
        })
        const results = await apply(models, tx, me, changes, entryProblem)
        return { data: results.flatMap((member) => (member === undefined ? [] : [shown(member)])) }
      }),

    transfer: (call) =>
      access.changeOrganisation(call, async (tx, me, organisation) => {
        const own = memberOf(me)
        if (await isPersonal(tx, organisation)) throw problem('personal_organisation')
        const subject = await existing(models, tx, organisation, call.body.member)
        if (subject._id === own._id) throw problem('invalid_request', { detail: 'Choose another member.' })
        if (subject.status === 'suspended') {
          throw problem('member_suspended', { detail: 'Resume this member first, or choose another one.' })
        }
        const [admin, former] = await apply(models, tx, me, [
          { subject, to: { role: 'admin' } },
          { subject: own, to: { role: 'manager' } },
        ])
        return { admin: shown(admin ?? subject), former: shown(former ?? own) }
      }),
  }
}

/** The same problem, saying which of the changes it is about. */
function entryProblem(error: ProblemError, index: number): ProblemError {
  const what = error.details.detail ?? `${error.toProblem().title}.`
  const path = `changes.${index}`
  return problem(error.code, {
    ...error.details,
    detail: `${path}: ${what} Nothing was changed.`,
    errors: [{ path, message: what }],
  })
}
