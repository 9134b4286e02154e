/** So many mails of one kind an address is sent, whoever asks for them: nobody's mailbox can be flooded through us. */
import { createHmac } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'
import { emailKey } from '../email.ts'
import { type Tx, within } from '../log/tx.ts'
import type { MailModels } from './documents.ts'
import type { MailKind } from './letters.ts'

const hourMs = 60 * 60 * 1_000
const dayMs = 24 * hourMs

const perHour = 5
const perDay = 15

/**
 * Asked for by anybody, and the only way back into an account: a limit by the day would let a stranger keep its owner
 * out for a day. By the hour they cannot, for the links that they had sent hold for an hour.
 */
const withoutDay: readonly string[] = ['password_reset' satisfies MailKind]

/** Counts a mail, within the change that sends it. Answers false, and counts nothing, when there were too many. */
export type CountMail = (tx: Tx, kind: string, to: string) => Promise<boolean>

export function createMailQuotas({ mailQuotas }: Pick<MailModels, 'mailQuotas'>, secretKey: string): CountMail {
  const key = deriveKey(secretKey, 'mail quotas')

  return async (tx, kind, to) => {
    const _id = createHmac('sha256', key)
      .update(JSON.stringify([kind, emailKey(to)]))
      .digest('base64url')
    const stored = await mailQuotas.findById(_id, null, within(tx)).lean()
    const at = tx.at.getTime()
    // In both directions: a clock that was set back must not shut an address out.
    const ofTheDay = (stored?.sentAt ?? []).filter((sent) => Math.abs(at - sent.getTime()) < dayMs)
    const ofTheHour = ofTheDay.filter((sent) => Math.abs(at - sent.getTime()) < hourMs)
    if (ofTheHour.length >= perHour) return false
    if (ofTheDay.length >= perDay && !withoutDay.includes(kind)) return false
    const sentAt = [...ofTheDay, tx.at]
    const expiresAt = new Date(at + dayMs)
    if (stored === null) await mailQuotas.create([{ _id, sentAt, expiresAt }], within(tx))
    else await mailQuotas.updateOne({ _id }, { $set: { sentAt, expiresAt } }, within(tx))
    return true
  }
}

/** For RATE_LIMITS=off. */
export const noQuotas: CountMail = async () => true
