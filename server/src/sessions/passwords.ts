/** Argon2id with OWASP's least parameters. Always outside of transactions: it takes 25 ms and a closure may run again. */
import { randomBytes } from 'node:crypto'
import { hash as argon2, verify } from '@node-rs/argon2'
import { createGate } from './gate.ts'

const parameters = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const

/** One for the process, whose four threads also read files and look up names. What waits longest waits some seconds. */
const gate = createGate({ atOnce: 2, waiting: 100 })

/** Throws `unavailable` when too many passwords are being hashed already, as `matches` does. */
export function hash(password: string): Promise<string> {
  return gate(() => argon2(password.normalize('NFKC'), parameters))
}

export async function matches(passwordHash: string, password: string): Promise<boolean> {
  return gate(() => verify(passwordHash, password.normalize('NFKC')))
}

/** The hash of a password that nobody knows: checking it takes as long as checking a real one. */
export function unknown(): Promise<string> {
  return hash(randomBytes(32).toString('base64url'))
}
