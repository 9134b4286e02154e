/** The shapes that callers work with, derived from the schemas. Types only: nothing of zod reaches a client. */
import type { z } from 'zod'
import type { AnyEvent } from './event.ts'
import type { Media, PathParameter } from './operation.ts'
import type { Feature, Features } from './operations.ts'
import type * as all from './schemas.ts'

type Schemas = typeof all.schemas
type Infer<Schema> = Schema extends z.ZodType ? z.output<Schema> : unknown
type Accept<Schema> = Schema extends z.ZodType ? z.input<Schema> : unknown
type Part<Entry, Name extends string> = Entry extends { readonly [Key in Name]: infer Schema } ? Schema : undefined

export type OperationName<F extends Feature> = keyof Features[F] & keyof Schemas[F]

/** Parameters of an operation’s path, by name. */
export type Params<F extends Feature, Name extends OperationName<F>> = Features[F][Name] extends {
  readonly path: infer Path extends string
}
  ? Readonly<Record<PathParameter<Path>, string>>
  : never

/** What a handler receives, validated and with defaults. */
export type Query<F extends Feature, Name extends OperationName<F>> = Infer<Part<Schemas[F][Name], 'query'>>
export type Body<F extends Feature, Name extends OperationName<F>> = Infer<Part<Schemas[F][Name], 'body'>>

type DryRun<Line> = Line extends { readonly previews: true } ? { readonly dryRun?: boolean } : unknown

/** What a caller passes: parameters of the path, query and body in one object. */
export type Input<F extends Feature, Name extends OperationName<F>> = Params<F, Name> &
  Accept<Part<Schemas[F][Name], 'query'>> &
  Accept<Part<Schemas[F][Name], 'body'>> &
  DryRun<Features[F][Name]>

/** What comes back; `undefined` for 204, a `Blob` where it is a file. */
export type Answer<F extends Feature, Name extends OperationName<F>> = Schemas[F][Name] extends {
  readonly answer: infer Schema extends z.ZodType
}
  ? z.output<Schema>
  : Features[F][Name] extends { readonly media: Media }
    ? Blob
    : undefined

export type Account = z.output<typeof all.account>
export type Organisation = z.output<typeof all.organisation>
export type Member = z.output<typeof all.member>
export type Invitation = z.output<typeof all.invitation>
export type ReceivedInvitation = z.output<typeof all.receivedInvitation>
export type Role = z.output<typeof all.role>
export type BillingDetails = z.output<typeof all.billingDetails>
export type Invoice = z.output<typeof all.invoice>
export type InvoiceSummary = z.output<typeof all.invoiceSummary>
export type Preview = z.output<typeof all.preview>
export type Session = z.output<typeof all.session>
export type SessionInfo = z.output<typeof all.sessionInfo>
export type Application = z.output<typeof all.application>
export type Repository = z.output<typeof all.repository>
export type Commit = z.output<typeof all.commit>
export type AccessToken = z.output<typeof all.accessToken>
export type ApiKey = z.output<typeof all.apiKey>
export type Webhook = z.output<typeof all.webhook>
export type WebhookDelivery = z.output<typeof all.delivery>
export type WholeWebhookDelivery = z.output<typeof all.wholeDelivery>
export type WebhookAttempt = z.output<typeof all.attempt>
export interface Page<Item> {
  readonly data: readonly Item[]
  readonly next?: string | undefined
}

/** An event whose `type` tells the shape of its `data`. */
export type RolecallEvent = {
  [Type in all.EventType]: Omit<AnyEvent, 'type' | 'data'> & { type: Type; data: all.EventData<Type> }
}[all.EventType]

export type EventOfType<Type extends all.EventType> = Extract<RolecallEvent, { type: Type }>
export type { AnyEvent, Audience } from './event.ts'
export type { EventData, EventType } from './schemas.ts'
