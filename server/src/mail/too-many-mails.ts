import { type Refusal, refusal } from '../refusal.ts'

/** Where a mail was not queued, for whoever asked for it and may know. */
export function tooManyMails(): Refusal {
  return refusal('rate_limited', {
    retryAfterSeconds: 60 * 60,
    detail: 'This address was sent too many mails lately. Look for them, also among unwanted ones, or try again later.',
  })
}
