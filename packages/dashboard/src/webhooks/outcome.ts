import type { WebhookAttempt, WebhookDelivery } from '@rolecall/contract'

type Outcome = WebhookAttempt['outcome']

const words: Readonly<Record<Outcome, string>> = {
  ok: 'Taken',
  status: 'Refused',
  redirect: 'Sent elsewhere, which is not followed',
  timeout: 'No whole answer in 15 seconds',
  refused_target: 'An address that nothing may be posted to',
  unreachable: 'Could not be reached',
  broken: 'The connection broke',
}

const isOutcome = (text: string): text is Outcome => Object.hasOwn(words, text)

/** What came of an attempt. */
export function outcomeInWords(outcome: string, status: number | undefined): string {
  const text = isOutcome(outcome) ? words[outcome] : outcome
  return status === undefined ? text : `${text}: ${status}`
}

/** What came of the last attempt of a delivery. */
export function outcomeInShort({ lastOutcome, lastStatus }: WebhookDelivery): string {
  return lastOutcome === undefined ? 'Not tried yet' : outcomeInWords(lastOutcome, lastStatus)
}
