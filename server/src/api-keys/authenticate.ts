import type { AccessModels } from '../access/documents.ts'
import { keyEnded } from '../access/me.ts'
import type { KeyPrincipal } from '../access/principal.ts'
import { available } from '../database/unreachable.ts'
import { hashOf, isWellFormed } from './secret.ts'

const maxRemembered = 10_000

/**
 * Whose secret it is. Whether it is accepted at present is for each request to ask. `beforeLookUp` is awaited where the
 * database has to be asked, and may throw. Throws `unauthenticated` for what is no key’s secret.
 */
export type AuthenticateKey = (secret: string, beforeLookUp?: () => Promise<void>) => Promise<KeyPrincipal>

export function createAuthenticateKey({ apiKeys }: Pick<AccessModels, 'apiKeys'>): AuthenticateKey {
  /** By hash. A secret stays that of its key and generation, whatever becomes of them: nobody has to forget it. */
  const remembered = new Map<string, KeyPrincipal>()

  async function find(secretHash: string): Promise<KeyPrincipal | undefined> {
    const wanted = { _id: 1, organisation: 1, generation: 1, hash: 1, former: 1 } as const
    const present = await apiKeys.findOne({ hash: secretHash }, wanted).lean()
    const found = present ?? (await apiKeys.findOne({ 'former.hash': secretHash }, wanted).lean())
    if (found === null) return undefined
    const { _id, organisation, hash, former } = found
    const generation = found.generation - [hash, ...former.map((one) => one.hash)].indexOf(secretHash)
    return { kind: 'key', account: _id, organisation, generation }
  }

  async function lookUp(secretHash: string, beforeLookUp?: () => Promise<void>): Promise<KeyPrincipal | undefined> {
    // Anybody can compute a checksum: those who try are to be held up before they cost a query.
    await beforeLookUp?.()
    return available(find(secretHash))
  }

  return async (secret, beforeLookUp) => {
    if (!isWellFormed(secret)) throw keyEnded()
    const secretHash = hashOf(secret)
    const known = remembered.get(secretHash) ?? (await lookUp(secretHash, beforeLookUp))
    if (known === undefined) throw keyEnded()
    remembered.delete(secretHash)
    remembered.set(secretHash, known)
    const [oldest] = remembered.keys()
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
    return known
  }
}
