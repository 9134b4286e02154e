/** A request that its client may repeat: `id` from principal, route and key; `fingerprint` from the body. */
export interface Idempotency {
  readonly id: string
  readonly fingerprint: string
}
