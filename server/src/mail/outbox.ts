import { newId } from '../ids.ts'
import { type Tx, within } from '../log/tx.ts'
import type { MailModels } from './documents.ts'
import type { Envelopes } from './envelope.ts'
import type { LetterData, MailKind } from './letters.ts'
import type { CountMail } from './quotas.ts'

/** A reset is asked for by anybody, so that account and token are looked up only when the mail is sent. */
export type QueuedData<Kind extends MailKind> = Kind extends 'password_reset' ? Record<never, never> : LetterData<Kind>

export interface QueuedMail<Kind extends MailKind> {
  readonly to: string
  readonly kind: Kind
  readonly data: QueuedData<Kind>
  /** After that it need not be sent any more; by default it is tried for three days. */
  readonly expiresAt?: Date
}

export interface Mails {
  /**
   * Queues a mail in the transaction of the change that it tells of: neither happens without the other. Answers false,
   * and queues nothing, where the address was sent too many of this kind lately; notices of what was done to an account
   * are always sent. Sent at least once: a duplicate has the same Message-ID.
   */
  queue<Kind extends MailKind>(tx: Tx, mail: QueuedMail<Kind>): Promise<boolean>
}

const triedForMs = 3 * 24 * 60 * 60 * 1_000

/** Nobody else can bring these about, and whoever takes over an account must not be able to keep them away. */
const unlimited: readonly MailKind[] = ['password_changed', 'email_changed']

export function createMails({
  models: { mails },
  envelopes,
  count,
}: {
  models: Pick<MailModels, 'mails'>
  envelopes: Envelopes
  count: CountMail
}): Mails {
  return {
    async queue(tx, { to, kind, data, expiresAt = new Date(tx.at.getTime() + triedForMs) }) {
      if (!unlimited.includes(kind) && !(await count(tx, kind, to))) return false
      const _id = newId('mal')
      const sealed = envelopes.seal(_id, { to, data })
      await mails.create([{ _id, kind, sealed, createdAt: tx.at, dueAt: tx.at, expiresAt, attempts: 0 }], within(tx))
      return true
    },
  }
}
