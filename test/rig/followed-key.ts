/** What an API key hears on a socket of its own, held against the log and against what it was told that it may do. */
import type { AnyPermission, RolecallEvent, Subscription } from '@rolecall/contract'
import { expect } from 'chai'
import type { TestKey } from './api-keys.ts'
import type { LiveClient, Message } from './live.ts'

/** A socket of a key, and how it began. */
export interface FollowedKey {
  readonly live: LiveClient
  readonly joined: Subscription
}

export async function follow(key: TestKey, organisation: string): Promise<FollowedKey> {
  const live = await key.connect()
  return { live, joined: await live.subscribe(organisation) }
}

/** What it was told last that it may do. */
export function toldLast({ live, joined }: FollowedKey): readonly AnyPermission[] {
  const last = live.received.findLast(({ name }) => name === 'access' || name === 'revoked')
  if (last === undefined) return joined.permissions
  return last.name === 'access' ? last.body.permissions : []
}

/** A socket has heard what the key was permitted to see, at each place in the log, and nothing of what ended it. */
export function checkHeard({ live, joined }: FollowedKey, log: readonly RolecallEvent[]): void {
  const of = (wanted: Message['name']) => live.received.filter(({ name }) => name === wanted).map(({ body }) => body)
  const begin = log.find(({ cursor }) => cursor === joined.cursor)?.seq ?? 0
  const [revoked, told] = [of('revoked')[0]?.seq, of('access')]
  const due = log.filter(({ seq, audience }) => {
    const { permissions } = told.findLast((one) => one.seq <= seq) ?? joined
    return seq > begin && seq < (revoked ?? Number.POSITIVE_INFINITY) && permissions.includes(audience)
  })
  const heard = of('event').map(({ seq }) => seq)
  const isWhole = live.socket.connected || revoked !== undefined
  const expected = due.map(({ seq }) => seq)
  expect(heard, JSON.stringify(told)).to.deep.equal(isWhole ? expected : expected.slice(0, heard.length))
}
