/** So many mails of one kind an address is sent, whoever asks for them: nobody's mailbox can be flooded through us. */
import { createHmac } from 'node:crypto'
import { emailKey } from '../email.ts'
import { type Tx, within } from '../log/tx.ts'
import { deriveKey } from '../sessions/sealing.ts'
import type { MailModels } from './documents.ts'

const hourMs = 60 * 60 * 1_000
const dayMs = 24 * hourMs

const quotas = { perHour: 5, perDay: 15 } as const

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
    if (ofTheHour.length >= quotas.perHour || ofTheDay.length >= quotas.perDay) return false
    const sentAt = [...ofTheDay, tx.at]
    const expiresAt = new Date(at + dayMs)
    if (stored === null) await mailQuotas.create([{ _id, sentAt, expiresAt }], within(tx))
    else await mailQuotas.updateOne({ _id }, { $set: { sentAt, expiresAt } }, within(tx))
    return true
  }
}

/** For RATE_LIMITS=off. */
export const noQuotas: CountMail = async () => true
