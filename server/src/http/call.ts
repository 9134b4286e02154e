import type { Answer, Body, Feature, Features, Operation, OperationName, Params, Query } from '@rolecall/contract'
import type { Principal } from '../access/principal.ts'
import type { Idempotency } from '../log/idempotency.ts'

/** What is known of the client beyond the request itself. */
export interface Client {
  readonly address: string
  readonly userAgent: string
  /** The refresh token of the cookie, where the request carried one from our own origin. */
  readonly refreshCookie: string | undefined
}

/** What a handler receives: a validated request, who asks, and the permission that the operation needs. */
export interface Call<F extends Feature, Name extends OperationName<F>> {
  readonly params: Params<F, Name>
  readonly query: Query<F, Name>
  readonly body: Body<F, Name>
  readonly permission: Features[F][Name] extends Operation ? Features[F][Name]['needs'] : never
  readonly principal: Features[F][Name] extends { readonly needs: 'anyone' } ? undefined : Principal
  readonly idempotency: Idempotency | undefined
  readonly client: Client
}

export interface Reply<Value> {
  readonly body: Value
  /** Answered as `Rolecall-Seq`: the position in the log at which `body` is exact, or at which the change stands. */
  readonly seq?: number | undefined
  /** The answer is that of an earlier request with the same Idempotency-Key. */
  readonly replayed?: boolean | undefined
  /** A refresh token to set as a cookie; `null` removes it. */
  readonly refreshCookie?: string | null | undefined
}

/** What each operation of a feature does. A missing handler does not compile. */
export type Handlers<F extends Feature> = {
  readonly [Name in OperationName<F>]: (call: Call<F, Name>) => Promise<Reply<Answer<F, Name>>>
}
