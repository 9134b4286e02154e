import { type Answer, ProblemError, problem } from '@rolecall/contract'
import { shown } from '../access/account.ts'
import type { AccessModels, AccountDocument } from '../access/documents.ts'
import { duplicateKeyOf } from '../database/duplicate-key.ts'
import type { Call, Reply } from '../http/call.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log/log.ts'
import { within } from '../log/tx.ts'
import type { Mails } from '../mail/outbox.ts'
import type { OrganisationModels } from '../organisations/documents.ts'
import { found, personalName } from '../organisations/found.ts'
import { shown as organisationShown } from '../organisations/organisation.ts'
import { builtInName } from '../roles/role.ts'
import * as passwords from '../sessions/passwords.ts'
import { type Issue, start } from '../sessions/start.ts'
import { checkedKey } from './checked-key.ts'
import type { AccountTokenModels } from './documents.ts'
import { sendVerification } from './verify-email.ts'

const maxNames = 8

/** Creates an account, its personal organisation and its first session, and mails a link, all in one transaction. */
export async function signUp(
  {
    models,
    log,
    mails,
    issue,
  }: { models: AccessModels & OrganisationModels & AccountTokenModels; log: Log; mails: Mails; issue: Issue },
  { body, client }: Call<'accounts', 'create'>,
): Promise<Reply<Answer<'accounts', 'create'>>> {
  const key = checkedKey(body.email)
  const account: Omit<AccountDocument, 'createdAt'> = {
    _id: newId('acc'),
    email: body.email.trim(),
    emailKey: key,
    emailVerified: false,
    name: body.name.trim(),
    passwordHash: await passwords.hash(body.password),
    memberships: 1,
  }
  const actor = { kind: 'account', id: account._id, name: account.name } as const
  const organisation = newId('org')
  const { _id: id, name } = account
  for (let attempt = 1; ; attempt += 1) {
    try {
      const changed = await log.change(
        { create: [id, organisation] },
        async () => ({ actor }),
        async (tx) => {
          const created = { ...account, createdAt: tx.at }
          await models.accounts.create([created], within(tx))
          tx.append(id, 'account.created', { name })
          await sendVerification(models, mails, tx, created)
          const session = await start(models, tx, id, client)
          const personal = await found(models, tx, {
            id: organisation,
            name: await personalName(models, tx, name),
            personal: true,
            founder: created,
          })
          return { account: created, organisation: organisationShown(personal, 'admin', builtInName('admin')), session }
        },
      )
      const { session, refreshCookie } = issue(changed.body.session, body.cookie ?? false)
      return {
        body: { account: shown(changed.body.account), organisation: changed.body.organisation, session },
        seq: changed.seq,
        refreshCookie,
      }
    } catch (error) {
      if (duplicateKeyOf(error) === 'emailKey') throw problem('email_taken', { detail: 'Sign in instead.' })
      // Somebody else’s organisation has the name: another suffix, in a transaction of its own.
      if (!isNameTaken(error) || attempt === maxNames) throw error
    }
  }
}

const isNameTaken = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === 'organisation_name_taken'
