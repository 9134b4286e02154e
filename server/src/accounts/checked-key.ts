import { problem } from '@rolecall/contract'
import { emailKey, isEmailKey } from '../email.ts'

/** What an address is compared by. Throws `invalid_request` where NFKC makes none of it. */
export function checkedKey(email: string): string {
  const key = emailKey(email)
  if (isEmailKey(key)) return key
  const message = 'must be an email address'
  throw problem('invalid_request', { detail: `email: ${message}`, errors: [{ path: 'email', message }] })
}
