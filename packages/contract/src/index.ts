/** What everyone agrees on. This entry holds plain tables and types; the zod schemas are in `./schemas`. */

export * from './billing/amounts.ts'
export * from './billing/currencies.ts'
export * from './bounds.ts'
export * from './events/subjects-of.ts'
export * from './live/messages.ts'
export * from './members/batch.ts'
export * from './operation.ts'
export * from './operations.ts'
export * from './permissions.ts'
export * from './problems.ts'
export type * from './types.ts'
export * from './webhooks/matches-type.ts'
