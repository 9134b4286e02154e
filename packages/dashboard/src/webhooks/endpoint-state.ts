import type { Webhook } from '@rolecall/contract'
import type { Tone } from '../ui/state-tag.tsx'

type Reason = NonNullable<Webhook['stopped']>['reason']

export interface EndpointState {
  readonly name: string
  readonly tone: Tone
  /** Since when, for what it is good to know of. */
  readonly since?: string
}

const stopped: Readonly<Record<Reason, { name: string; tone: Tone }>> = {
  by_member: { name: 'Paused', tone: 'quiet' },
  owner_lost: { name: 'Owner lost', tone: 'waiting' },
  failing: { name: 'Disabled', tone: 'bad' },
  gone: { name: 'Disabled', tone: 'bad' },
}

/** How an endpoint stands, in a word. */
export function stateOf(endpoint: Webhook): EndpointState {
  if (endpoint.stopped !== undefined) return { ...stopped[endpoint.stopped.reason], since: endpoint.stopped.at }
  if (endpoint.failingSince !== undefined) return { name: 'Failing', tone: 'waiting', since: endpoint.failingSince }
  return { name: 'Enabled', tone: 'good' }
}

/** Why nothing can be sent to one that is paused or disabled. */
export const restsNow = 'Nothing is sent while it rests.'

const mostOfUrl = 80
/** Two that begin alike may differ here. */
const endOfUrl = 24

/** A URL without what all of them have, and without the middle of a long one. */
export function shortUrl(url: string): string {
  const short = url.replace(/^https:\/\//i, '').replace(/\/$/, '')
  if (short.length <= mostOfUrl) return short
  return `${short.slice(0, mostOfUrl - endOfUrl - 1)}…${short.slice(-endOfUrl)}`
}

/** Which events an endpoint gets, in a line. */
export function typesInShort(types: readonly string[]): string {
  if (types.includes('*')) return 'All events'
  return types.length > 3 ? `${types.slice(0, 2).join(', ')} and ${types.length - 2} more` : types.join(', ')
}
