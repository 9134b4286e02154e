import { problem } from '@rolecall/contract'
import type { LogModels } from './documents.ts'
import { type Changed, type Snapshot, type Tx, within } from './tx.ts'

/** A request that its client may repeat: `id` from principal, route and key; `fingerprint` from the body. */
export interface Idempotency {
  readonly id: string
  readonly fingerprint: string
  /** The part of the answer that is shown once, and not kept. */
  readonly secret?: string | undefined
}

const keptForMs = 24 * 60 * 60 * 1000

/**
 * The answer that this request was given before. Throws `idempotency_key_reused` when the key belongs to another
 * request. With a snapshot, as of that snapshot.
 */
export async function earlierAnswer<Value>(
  models: Pick<LogModels, 'idempotency'>,
  idempotency: Idempotency | undefined,
  snapshot?: Snapshot,
): Promise<Changed<Value> | undefined> {
  if (idempotency === undefined) return undefined
  const record = await models.idempotency.findById(idempotency.id, null, within(snapshot)).lean()
  if (record === null) return undefined
  if (record.fingerprint !== idempotency.fingerprint) {
    throw problem('idempotency_key_reused', { detail: 'Use a new Idempotency-Key for a new request.' })
  }
  return { body: record.body as Value, seq: record.seq, replayed: true }
}

/** Remembers the answer in the transaction of its change, so that neither exists without the other. */
export async function rememberAnswer(
  models: Pick<LogModels, 'idempotency'>,
  idempotency: Idempotency | undefined,
  tx: Tx,
  answer: Changed<unknown>,
): Promise<void> {
  if (idempotency === undefined) return
  const expiresAt = new Date(tx.at.getTime() + keptForMs)
  const { body, seq } = answer
  const { id, fingerprint, secret } = idempotency
  const record = { _id: id, fingerprint, body: secret === undefined ? body : without(body, secret), seq, expiresAt }
  await models.idempotency.create([record], { session: tx.session })
}

function without(body: unknown, part: string): unknown {
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== part))
}
