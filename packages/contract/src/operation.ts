import type { z } from 'zod'
import type { Permission } from './permissions.ts'

/** What a caller needs: nothing, to be signed in as themselves, or a permission in the organisation of the path. */
export type Needs = 'anyone' | 'self' | Permission

export type Format = 'text/csv' | 'application/x-ndjson'
export type Media = 'application/pdf'

/** An operation as plain data. Routes, validation, OpenAPI, SDK and the test matrix derive from it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/v1`, with parameters in braces. */
  readonly path: `/${string}`
  readonly needs: Needs
  /** The permission is not needed for one's own membership (leaving). */
  readonly alsoSelf?: true
  readonly status: 200 | 201 | 202 | 204
  /** Names of the query parameters. */
  readonly query?: readonly string[]
  /** Answers `{data, next}`, to be read on with `after`. */
  readonly list?: true
  /** Media types in which it answers besides JSON, by `Accept`: all of the list, without pages. */
  readonly formats?: readonly Format[]
  /** What a caller needs for these, where it is more than `needs`. */
  readonly formatsNeed?: Permission
  /** It answers a file of this media type, and never JSON. */
  readonly media?: Media
  /** The platform’s operator may ask too, with the token of `OPERATOR_TOKEN`. */
  readonly operator?: true
  /** For people: whoever does it stands behind what comes of it. API keys get 403. */
  readonly people?: true
  /** Takes access away: the answer waits until this node refuses and pushes accordingly (`Rolecall-Fenced`). */
  readonly revokes?: true
  /** With `dryRun=true` it answers a `Preview` of what would happen, and changes nothing. */
  readonly previews?: true
  /** The part of the answer that is shown once: it is not kept for a repeated request. */
  readonly secret?: string
  readonly summary: string
}

export type Operations = Readonly<Record<string, Operation>>

/** The schemas that belong to a table of operations; a missing one does not compile. */
export type SchemasFor<Table extends Operations> = {
  readonly [Name in keyof Table]: (Table[Name] extends { readonly query: readonly string[] }
    ? { readonly query: z.ZodObject<Record<Table[Name]['query'][number], z.ZodType>> }
    : { readonly query?: never }) &
    (Table[Name] extends { readonly method: 'GET' } ? { readonly body?: never } : { readonly body?: z.ZodObject }) &
    (Table[Name] extends { readonly status: 204 } | { readonly media: Media }
      ? { readonly answer?: never }
      : { readonly answer: z.ZodType })
}

export type PathParameter<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParameter<Rest>
  : never
