import {
  type Answer,
  type AnyEvent,
  type Feature,
  type Features,
  type Format,
  type Input,
  type Operation,
  type OperationName,
  operations,
  type Preview,
  type RolecallEvent,
} from '@rolecall/contract'
import { createList, type List } from './list.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** For a POST: the same key makes the same change at most once. One is made for each call unless it is given. */
  readonly idempotencyKey?: string | undefined
}

type Arguments<Given> =
  Record<never, never> extends Given ? [input?: Given, options?: CallOptions] : [input: Given, options?: CallOptions]

type ItemOf<Page> = Page extends { readonly data: readonly (infer Item)[] }
  ? Item extends AnyEvent
    ? RolecallEvent
    : Item
  : never

/** With `dryRun: true` it answers what would happen, and changes nothing. */
interface Previewing<Given, Done> {
  (input: Given & { readonly dryRun: true }, options?: CallOptions): Promise<Preview>
  (input: Given & { readonly dryRun?: false }, options?: CallOptions): Promise<Done>
}

/** A list that there is in other media types too. */
type Formatted<Line> = Line extends { readonly formats: readonly (infer Type extends Format)[] }
  ? {
      /** All of it, of all pages, as text of this media type. */
      as(format: Type): Promise<string>
    }
  : unknown

/** One operation as a method: path parameters, query and body in one object. */
export type Method<F extends Feature, Name extends OperationName<F>> = Features[F][Name] extends { readonly list: true }
  ? (
      ...given: Arguments<Input<F, Name>>
    ) => List<ItemOf<Answer<F, Name>>, Omit<Answer<F, Name>, 'data' | 'next'>> & Formatted<Features[F][Name]>
  : Features[F][Name] extends { readonly previews: true }
    ? Previewing<Input<F, Name>, Answer<F, Name>>
    : (...given: Arguments<Input<F, Name>>) => Promise<Answer<F, Name>>

export type Resource<F extends Feature> = { readonly [Name in OperationName<F>]: Method<F, Name> }
export type Resources = { readonly [F in Feature]: Resource<F> }

export type Given = Readonly<Record<string, unknown>>

export interface Reply {
  readonly body: unknown
  readonly seq: number | undefined
}

export interface SendOptions extends CallOptions {
  /** The answer is text of this media type instead of JSON. */
  readonly format?: Format | undefined
}

export type Send = (operation: Operation, given: Given, options: SendOptions) => Promise<Reply>

/** Every method of the client, from the contract’s tables. */
export function createResources(send: Send): Resources {
  const method =
    (operation: Operation) =>
    (given: Given = {}, options: CallOptions = {}) =>
      operation.list === true
        ? Object.assign(
            createList(async (after) => {
              const { body, seq } = await send(operation, after === undefined ? given : { ...given, after }, options)
              return { ...(body as { data: unknown[]; next?: string }), seq }
            }),
            { as: async (format: Format) => (await send(operation, given, { ...options, format })).body },
          )
        : send(operation, given, options).then((reply) => reply.body)
  // The one derivation cast: what the loop builds from the table is what the mapped type reads off the same table.
  return mapValues(operations, (feature) => mapValues(feature, method)) as unknown as Resources
}

function mapValues<From, To>(table: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, map(value)]))
}
