import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import { shown } from '../access/account.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Handlers } from '../http/call.ts'
import type { LogModels } from '../log/documents.ts'
import type { Log } from '../log/log.ts'
import { readLog } from '../log/read.ts'
import { within } from '../log/tx.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { Issue } from '../sessions/start.ts'
import { changePassword } from './change-password.ts'
import { deleteAccount } from './delete.ts'
import { createChangeEverywhere } from './everywhere.ts'
import { signUp } from './sign-up.ts'
import { update } from './update.ts'

export function createAccounts(dependencies: {
  models: AccessModels & OrganisationModels & InvitationModels & LogModels
  access: Access
  log: Log
  issue: Issue
}): Handlers<'accounts'> {
  const { models, access } = dependencies
  const changeEverywhere = createChangeEverywhere(dependencies)

  return {
    create: (call) => signUp(dependencies, call),

    read: (call) =>
      access.readAccount(call, async (snapshot, me) => {
        const account = await models.accounts.findById(me.account, null, within(snapshot)).lean()
        if (account === null) throw problem('unauthenticated')
        return shown(account)
      }),

    update: (call) => update(models, changeEverywhere, call),

    changePassword: (call) => changePassword(models, access, call),

    delete: (call) => deleteAccount({ ...dependencies, changeEverywhere }, call),

    events: (call) =>
      access.readAccount(call, async (snapshot, me) => {
        const page = await readLog(models, snapshot, me.account, { ...call.query, audiences: ['self'] })
        return { ...page, data: [...page.data] }
      }),
  }
}
