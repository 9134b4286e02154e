/** One key that signs access tokens (ES256): making it, naming it, and keeping it sealed. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { DatabaseError } from '../database/database-error.ts'
import type { SigningKeyDocument } from './documents.ts'
import { seal, unseal } from './sealing.ts'

export interface SigningKey {
  readonly number: number
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
}

export function newKey(sealingKey: Buffer, createdAt: Date): Omit<SigningKeyDocument, '_id'> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = thumbprint(publicKey)
  return { kid, sealed: seal(sealingKey, kid, JSON.stringify(privateKey.export({ format: 'jwk' }))), createdAt }
}

/** RFC 7638: named by what it is, a key cannot be confused with another. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

/** Throws when the key was sealed under another SECRET_KEY. */
export function opened({ _id, kid, sealed, createdAt, expiresAt }: SigningKeyDocument, sealingKey: Buffer): SigningKey {
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
  return { number: Number(_id), kid, privateKey, publicKey: createPublicKey(privateKey), createdAt, expiresAt }
}
