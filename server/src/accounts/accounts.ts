import { problem } from '@rolecall/contract'
import type { Access } from '../access/access.ts'
import { shown } from '../access/account.ts'
import type { AccessModels } from '../access/documents.ts'
import type { Clock } from '../clock.ts'
import type { Handlers } from '../http/call.ts'
import type { LogModels } from '../log/documents.ts'
import type { Log } from '../log/log.ts'
import { readLog } from '../log/read.ts'
import { within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import type { InvitationModels } from '../members/invited/documents.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import type { Issue } from '../sessions/start.ts'
import type { WebhookModels } from '../webhooks/documents.ts'
import { requestChange } from './change-email.ts'
import { changePassword } from './change-password.ts'
import { deleteAccount } from './delete.ts'
import type { AccountTokenModels } from './documents.ts'
import { createChangeEverywhere } from './everywhere.ts'
import { exportAccount } from './export.ts'
import { requestReset, resetPassword } from './password-reset.ts'
import { signUp } from './sign-up.ts'
import { update } from './update.ts'
import { sendVerificationAgain, verifyEmail } from './verify-email.ts'

export function createAccounts(dependencies: {
  models: AccessModels &
    OrganisationModels &
    InvitationModels &
    LogModels &
    AccountTokenModels &
    Pick<WebhookModels, 'webhooks'>
  access: Access
  log: Log
  mails: Mails
  issue: Issue
  now: Clock
}): Handlers<'accounts'> {
  const { models, access } = dependencies
  const changeEverywhere = createChangeEverywhere(models, access)

  return {
    create: (call) => signUp(dependencies, call),

    read: (call) =>
      access.readAccount(call, async (snapshot, me) => {
        const account = await models.accounts.findById(me.account, null, within(snapshot)).lean()
        if (account === null) throw problem('unauthenticated')
        return shown(account)
      }),

    update: (call) => update(models, changeEverywhere, call),

    changePassword: (call) => changePassword(dependencies, call),

    sendVerification: (call) => sendVerificationAgain(dependencies, call),

    verifyEmail: (call) => verifyEmail({ ...dependencies, changeEverywhere }, call),

    changeEmail: (call) => requestChange({ ...dependencies, changeEverywhere }, call),

    requestPasswordReset: (call) => requestReset(dependencies, call),

    resetPassword: (call) => resetPassword(dependencies, call),

    export: (call) => exportAccount(dependencies, call),

    delete: (call) => deleteAccount({ ...dependencies, changeEverywhere }, call),

    events: (call) =>
      access.readAccount(call, async (snapshot, me) => {
        const page = await readLog(models, snapshot, me.account, { ...call.query, audiences: ['self'] })
        return { ...page, data: [...page.data] }
      }),
  }
}
