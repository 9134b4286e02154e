import type { AnyEvent } from '@rolecall/contract'
import type { EventTypeInfo } from './event-types.ts'
import { inLines } from './in-lines.ts'

const envelope = {
  id: 'evt_01k9zzzzzzzzzzzzzzzzzzzzzz',
  log: 'org_01k9zzzzzzzzzzzzzzzzzzzzzz',
  seq: 42,
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'account', id: 'acc_01k9zzzzzzzzzzzzzzzzzzzzzz', name: 'Ada Lovelace' },
  affects: [],
  hash: 'b0c8f4a1d2e37f69584c1b0a9d8e7f60b0c8f4a1d2e37f69584c1b0a9d8e7f60',
  cursor: 'MS5vcmdfMDFrOXp6enp6enp6enp6enp6enp6enp6enouNDI',
} satisfies Omit<AnyEvent, 'type' | 'audience' | 'data'>

/** The whole body that is posted of such an event, in the order of a real one. */
export function postedExample({ type, audience, example }: EventTypeInfo): string {
  const { id, log, seq, at, actor, ...end } = envelope
  return inLines(JSON.stringify({ id, log, seq, type, at, actor, audience, data: example, ...end }))
}
