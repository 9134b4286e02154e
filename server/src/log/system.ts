import type { Actor } from './tx.ts'

/** Who the log names where nobody acted: a time ran out, or whoever acted was not signed in. */
export const system: Actor = { kind: 'system', id: 'system', name: 'Rolecall' }
