import type { Access } from '../access/access.ts'
import type { SelfCall } from '../access/self.ts'
import * as passwords from '../sessions/passwords.ts'

interface Checked {
  readonly isRight: boolean
  /** What was checked against: the transaction that relies on it sees whether it is still the same. */
  readonly passwordHash: string
}

/** Checks the caller’s password. The session comes first: with one that has ended, no password can be tried. */
export async function checkPassword(access: Access, call: SelfCall, password: string): Promise<Checked> {
  const { body: passwordHash } = await access.readAccount(call, async (_, me) => me.passwordHash)
  return { isRight: await passwords.matches(passwordHash, password), passwordHash }
}
