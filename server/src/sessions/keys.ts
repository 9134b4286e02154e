/**
 * The keys that sign access tokens. They live in the database, so that every node has the same and a restart signs
 * nobody out. A new one is made every 90 days. What each is for follows from when it and its successor were made, which
 * no two nodes can see differently: it is published for a day, then it signs until its successor does, and it verifies
 * until the last token that it signed has expired.
 */
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { type Model, trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import { deriveKey } from '../derive-key.ts'
import type { SigningKeyDocument } from './documents.ts'
import { newKey, opened, type SigningKey } from './signing-key.ts'

const hourMs = 60 * 60 * 1_000
export const renewedAfterMs = 90 * 24 * hourMs
/** Every node and everybody who keeps our JWKS has read the key anew by then. */
export const publishedForMs = 24 * hourMs
/** A token lives for ten minutes; the rest is for clocks that differ. */
export const overlapMs = 2 * hourMs
/** Tokens that name keys unknown to us have them read again so often at most, or they would be a way to load the database. */
const rereadAfterMs = 5_000

export interface Keys {
  /** The key that signs now. */
  signing(): { readonly kid: string; readonly privateKey: KeyObject }
  /** The public key with which a signature may be checked now. */
  verifying(kid: string): KeyObject | undefined
  /** The public halves, for `/.well-known/jwks.json`. */
  jwks(): { readonly keys: readonly JsonWebKey[] }
  /** Reads the keys again, for one that another node may have made, unless they were read a moment ago. */
  learn(): Promise<void>
  /** Reads the keys again, makes a new one when it is time, and deletes those that nobody needs any more. */
  rotate(): Promise<void>
}

/** Opens the signing keys and creates the first one. Throws when SECRET_KEY is not the one that sealed them. */
export async function openKeys(signingKeys: Model<SigningKeyDocument>, secretKey: string, now: Clock): Promise<Keys> {
  const sealingKey = deriveKey(secretKey, 'signing keys')
  /** Newest first. */
  let keys: readonly SigningKey[] = []
  let readAt = 0
  let reading: Promise<void> | undefined

  async function readNow(): Promise<void> {
    readAt = now().getTime()
    const documents = await signingKeys.find().lean()
    keys = documents.map((document) => opened(document, sealingKey)).sort((one, other) => other.number - one.number)
  }

  function read(): Promise<void> {
    reading ??= readNow().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function rotate(): Promise<void> {
    await readNow()
    const at = now()
    const [newest] = unrevoked(keys, at)
    if (newest === undefined || hasPassed(newest.createdAt, renewedAfterMs, at)) {
      // Of several nodes that do so at once the first one's key stays, and the others take it.
      const _id = String((keys[0]?.number ?? 0) + 1)
      await signingKeys.updateOne({ _id }, { $setOnInsert: newKey(sealingKey, at) }, { upsert: true })
      await readNow()
    }
    const usable = unrevoked(keys, at)
    const done = keys.filter((key) => isRetired(key, usable, at)).map(({ number }) => String(number))
    if (done.length > 0) await signingKeys.deleteMany({ _id: trusted({ $in: done }) })
  }

  await rotate()

  return {
    signing() {
      const key = signingAt(keys, now())
      if (key === undefined) throw new Error('All signing keys have been revoked, and there is no new one yet')
      return key
    },
    verifying: (kid) => verifyingAt(keys, now()).find((key) => key.kid === kid)?.publicKey,
    jwks: () => ({
      keys: verifyingAt(keys, now()).map(({ kid, publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kid,
        alg: 'ES256',
        use: 'sig',
      })),
    }),
    async learn() {
      const isRecent = Math.abs(now().getTime() - readAt) < rereadAfterMs
      if (reading !== undefined || !isRecent) await read()
    },
    rotate,
  }
}

function hasPassed(since: Date, durationMs: number, at: Date): boolean {
  return since.getTime() + durationMs <= at.getTime()
}

/** Without those that somebody has ended in the database, because they were stolen. */
function unrevoked(keys: readonly SigningKey[], at: Date): SigningKey[] {
  return keys.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > at)
}

/** The newest that has been published for long enough; the first of all need not wait. */
function signingAt(keys: readonly SigningKey[], at: Date): SigningKey | undefined {
  const usable = unrevoked(keys, at)
  return usable.find(({ createdAt }) => hasPassed(createdAt, publishedForMs, at)) ?? usable.at(-1)
}

function verifyingAt(keys: readonly SigningKey[], at: Date): SigningKey[] {
  const usable = unrevoked(keys, at)
  return usable.filter((key) => !isRetired(key, usable, at))
}

/** A newer one has signed for so long that no token of this one is left. */
function isRetired({ number }: SigningKey, usable: readonly SigningKey[], at: Date): boolean {
  return usable.some((other) => other.number > number && hasPassed(other.createdAt, publishedForMs + overlapMs, at))
}
