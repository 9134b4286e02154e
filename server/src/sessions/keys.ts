/**
 * The keys that sign access tokens (ES256). They live in the database, so that every node has the same and a restart
 * signs nobody out. The newest signs and all that have not expired verify: a key can be replaced while its tokens live.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { Model } from 'mongoose'
import type { Clock } from '../clock.ts'
import { DatabaseError } from '../database/database-error.ts'
import type { SigningKeyDocument } from './documents.ts'
import { deriveKey, seal, unseal } from './sealing.ts'

interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly expiresAt: Date | undefined
}

export interface Keys {
  /** The newest key, which signs. */
  signing(): { readonly kid: string; readonly privateKey: KeyObject }
  /** The public key with which a signature may be checked now. */
  verifying(kid: string): KeyObject | undefined
  /** The public halves, for `/.well-known/jwks.json`. */
  jwks(): { readonly keys: readonly JsonWebKey[] }
}

/** Opens the signing keys and creates the first one. Throws when SECRET_KEY is not the one that sealed them. */
export async function openKeys(signingKeys: Model<SigningKeyDocument>, secretKey: string, now: Clock): Promise<Keys> {
  const sealingKey = deriveKey(secretKey, 'signing keys')
  const isCurrent = ({ expiresAt }: { expiresAt?: Date | undefined }) => expiresAt === undefined || expiresAt > now()
  const stored = async () => (await signingKeys.find().lean()).sort((one, other) => Number(other._id) - Number(one._id))

  let documents = await stored()
  if (!documents.some(isCurrent)) {
    // Of several nodes that start at once the first one's key stays, and the others take it.
    const _id = String(Number(documents[0]?._id ?? 0) + 1)
    await signingKeys.updateOne({ _id }, { $setOnInsert: newKey(sealingKey, now()) }, { upsert: true })
    documents = await stored()
  }
  const keys = documents.filter(isCurrent).map((document) => opened(document, sealingKey))

  return {
    signing() {
      const newest = keys.find(isCurrent)
      if (newest === undefined) throw new Error('All signing keys have expired; a restart makes a new one')
      return newest
    },
    verifying: (kid) => keys.find((key) => key.kid === kid && isCurrent(key))?.publicKey,
    jwks: () => ({
      keys: keys
        .filter(isCurrent)
        .map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' })),
    }),
  }
}

function newKey(sealingKey: Buffer, createdAt: Date): Omit<SigningKeyDocument, '_id'> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = thumbprint(publicKey)
  return { kid, sealed: seal(sealingKey, kid, JSON.stringify(privateKey.export({ format: 'jwk' }))), createdAt }
}

/** RFC 7638: named by what it is, a key cannot be confused with another. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

function opened({ kid, sealed, expiresAt }: SigningKeyDocument, sealingKey: Buffer): SigningKey {
  let jwk: string
  try {
    jwk = unseal(sealingKey, kid, sealed)
  } catch (cause) {
    throw new DatabaseError(
      'SECRET_KEY is not the one with which this database was set up: its signing keys cannot be opened. ' +
        'Start with that SECRET_KEY (without the setting it is the file in DATA_DIR). If it is lost, delete the ' +
        'documents of the collection `signingKeys`: everybody then has to sign in again.',
      cause,
    )
  }
  const privateKey = createPrivateKey({ key: JSON.parse(jwk) as JsonWebKey, format: 'jwk' })
  return { kid, privateKey, publicKey: createPublicKey(privateKey), expiresAt }
}
