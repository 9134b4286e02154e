import type {
  Answer,
  Body,
  Feature,
  Features,
  Format,
  Media,
  Operation,
  OperationName,
  Params,
  Permission,
  Preview,
  Query,
} from '@rolecall/contract'
import type { Operator } from '../access/operator.ts'
import type { Caller, Principal } from '../access/principal.ts'
import type { Idempotency } from '../log/idempotency.ts'

/** What is known of the client beyond the request itself. */
export interface Client {
  readonly address: string
  readonly userAgent: string
  /** The refresh token of the cookie, where the request carried one from our own origin. */
  readonly refreshCookie: string | undefined
}

type Needed<Line extends Operation> =
  | Line['needs']
  | (Line extends { readonly formatsNeed: infer Needs extends Permission } ? Needs : never)

/** Where it takes a person, an API key has been refused. */
type Asking<Line> = Line extends { readonly needs: 'self' } | { readonly people: true } ? Principal : Caller

/** What a handler receives: a validated request, who asks, and the permission that the operation needs. */
export interface Call<F extends Feature, Name extends OperationName<F>> {
  readonly params: Params<F, Name>
  readonly query: Query<F, Name>
  readonly body: Body<F, Name>
  readonly permission: Features[F][Name] extends Operation ? Needed<Features[F][Name]> : never
  readonly principal: Features[F][Name] extends { readonly needs: 'anyone' }
    ? undefined
    : Asking<Features[F][Name]> | (Features[F][Name] extends { readonly operator: true } ? Operator : never)
  readonly idempotency: Idempotency | undefined
  /** Only asked what would happen: the answer has a `preview`, and nothing is changed. */
  readonly dryRun: boolean
  /** The media type that is asked for instead of JSON. */
  readonly format: Format | undefined
  readonly client: Client
}

export interface Reply<Value> {
  readonly body: Value
  /** Answered as `Rolecall-Seq`: the position in the log at which `body` is exact, or at which the change stands. */
  readonly seq?: number | undefined
  /** The log that `seq` is of, where neither path nor principal tell it. */
  readonly log?: string | undefined
  /** The answer is that of an earlier request with the same Idempotency-Key. */
  readonly replayed?: boolean | undefined
  readonly preview?: Preview | undefined
  /** A refresh token to set as a cookie; `null` removes it. */
  readonly refreshCookie?: string | null | undefined
}

/** An answer in another media type, part by part. */
export interface Streamed {
  readonly stream: AsyncIterable<string>
  /** Under which a browser keeps it. */
  readonly filename: string
}

/** An answer that is a file. */
export interface SentFile {
  readonly bytes: Uint8Array
  /** Under which a browser keeps it. */
  readonly filename: string
  readonly seq: number
}

type Formatted<Line> = Line extends { readonly formats: readonly Format[] } ? Streamed : never

/** What each operation of a feature does. A missing handler does not compile. */
export type Handlers<F extends Feature> = {
  readonly [Name in OperationName<F>]: (
    call: Call<F, Name>,
  ) => Promise<
    Features[F][Name] extends { readonly media: Media }
      ? SentFile
      : Reply<Answer<F, Name>> | Formatted<Features[F][Name]>
  >
}
