/**
 * What readers of an organisation must hear, as a function of its log alone: the specification of live push. A test
 * lets many people do things at random, and holds what each connection heard against this.
 */
import { isDeepStrictEqual } from 'node:util'
import {
  type AnyPermission,
  isBuiltIn,
  permissionsOf,
  type RevokedReason,
  type RolecallEvent,
  type RoleId,
  type Subscription,
} from '@rolecall/contract'
import type { Message } from './live.ts'

/** The whole log: the event at `seq` stands at the index before it. */
export type Log = readonly RolecallEvent[]

/** One subscription on one connection, with all that came of its organisation from its acknowledgement to its end. */
export interface Stream {
  readonly account: string
  /** The cursor that was sent. */
  readonly given: string | undefined
  readonly acknowledged: Subscription
  readonly heard: readonly Message[]
  /** Nothing ended it: all that there is must have come. */
  readonly isOpen: boolean
}

const eventMessage = (event: RolecallEvent): Message => ({ name: 'event', body: event })

/** A role with what it permits, as `access` and acknowledgements tell it. */
type Held = Pick<Subscription, 'role' | 'permissions'>

const maySee = (held: Held | undefined, { audience }: RolecallEvent) =>
  held !== undefined && audience !== 'self' && held.permissions.includes(audience)

/** What an event changes of what an account holds; `undefined` where it changes nothing, `null` where access ends. */
function holdingAfter(event: RolecallEvent, account: string, held: Held | undefined): Held | null | undefined {
  switch (event.type) {
    case 'organisation.deleted':
      return held === undefined ? undefined : null
    case 'role.updated':
      return held?.role === event.data.role.id
        ? { role: held.role, permissions: event.data.after.permissions }
        : undefined
    case 'role.deleted': {
      const { role, replacement } = event.data
      return held?.role === role.id && replacement !== undefined ? given(replacement) : undefined
    }
    case 'organisation.settings_changed':
      return held?.role === 'developer' ? { role: 'developer', ...event.data.developer } : undefined
    case 'permissions.declared': {
      const changed = event.data.roles.find(({ role }) => role === held?.role)
      return changed && { role: changed.role, permissions: changed.permissions }
    }
    case 'member.added':
      return isOf(event, account) ? given({ ...event.data, role: event.data.member.role }) : undefined
    case 'member.role_changed':
      return isOf(event, account) && !event.data.suspended ? given(event.data.after) : undefined
    case 'member.resumed':
      return isOf(event, account) ? given(event.data.after) : undefined
    case 'member.suspended':
      return isOf(event, account) ? null : undefined
    case 'member.removed':
      return isOf(event, account) && !event.data.suspended ? null : undefined
    default:
      return undefined
  }
}

const isOf = ({ data }: { data: { member: { account: { id: string } } } }, account: string) =>
  data.member.account.id === account

function given({ role, permissions }: { role: RoleId; permissions?: readonly AnyPermission[] | undefined }): Held {
  if (permissions !== undefined) return { role, permissions }
  if (!isBuiltIn(role)) throw new Error(`the log does not say what ${role} permits`)
  return { role, permissions: permissionsOf(role) }
}

interface Followed {
  readonly told: Message | undefined
  readonly held: Held | undefined
  /** The membership is the same before and after: its organisation was deleted, or restored. */
  readonly isRest: boolean
}

/** What each event tells an account about its own access, on every connection, and what it holds from there on. */
function follow(account: string, log: Log): readonly Followed[] {
  let held: Held | undefined
  /** What was held when the organisation was deleted. */
  let resting: Held | undefined
  return log.map((event) => {
    const { log: organisation, seq } = event
    const isRest = event.type === 'organisation.deleted' || event.type === 'organisation.restored'
    const next = event.type === 'organisation.restored' ? resting : holdingAfter(event, account, held)
    if (event.type === 'organisation.deleted') resting = held
    if (next === undefined) return { told: undefined, held, isRest }
    held = next ?? undefined
    if (next !== null) return { told: { name: 'access', body: { organisation, seq, ...next } }, held, isRest }
    return { told: { name: 'revoked', body: { organisation, seq, reason: reasonOf(event) } }, held, isRest }
  })
}

function reasonOf(event: RolecallEvent): RevokedReason {
  if (event.type === 'organisation.deleted') return 'organisation_deleted'
  return event.type === 'member.removed' ? event.data.reason : 'suspended'
}

export function toldTo(account: string, log: Log): readonly Message[] {
  return follow(account, log).flatMap(({ told }) => told ?? [])
}

/** What an account holds once the event at `seq` has happened. */
export function heldAt(account: string, log: Log, seq: number): Held | undefined {
  return follow(account, log)[seq - 1]?.held
}

/** Above where one joined: at each place first what is told of one's access, then the event, if one may see it then. */
function liveAfter(joined: number, account: string, log: Log): readonly Message[] {
  const due: Message[] = []
  for (const [index, { told, held }] of follow(account, log).entries()) {
    const event = log[index]
    if (event === undefined || event.seq <= joined) continue
    if (told !== undefined) due.push(told)
    if (told?.name === 'revoked') break
    if (maySee(held, event)) due.push(eventMessage(event))
  }
  return due
}

/** Answers what is wrong with what came by a subscription, or undefined. */
export function mistakeIn(stream: Stream, log: Log): string | undefined {
  const { account, given, acknowledged, heard } = stream
  const seqOf = (cursor: string) => log.find((event) => event.cursor === cursor)?.seq ?? 0
  const from = seqOf(acknowledged.cursor)
  if (given === acknowledged.cursor) {
    const wasAway = follow(account, log)
      .slice(from)
      .findIndex(({ told, isRest }) => told?.name === 'revoked' && !isRest)
    const replayEnd = heard.findIndex(({ name }) => name === 'position')
    const joined = replayEnd === -1 ? from : seqOf(heard[replayEnd]?.body.cursor)
    if (wasAway !== -1 && from + wasAway + 1 <= joined) return 'went on from before the membership began'
    // Nothing says where a replay ended that had nothing to replay, or that was cut: one of these must hold.
    const readings = [
      mistakeAfter(from, { ...stream, heard }, log, seqOf),
      ...(replayEnd === -1 ? [] : [mistakeInReplay(replayEnd, stream, log, seqOf)]),
      ...(replayEnd === -1 && !stream.isOpen ? [mistakeInReplay(heard.length, stream, log, seqOf)] : []),
    ]
    return readings.includes(undefined) ? undefined : readings.join('\n or ')
  }
  if (given === undefined) return mistakeAfter(from, stream, log, seqOf)
  const [first, ...rest] = heard
  const since = follow(account, log)
    .flatMap(({ told, isRest }) => (told === undefined || isRest ? [] : [told]))
    .findLast(
      ({ name, body }, index, all) => body.seq <= from && name === 'access' && all[index - 1]?.name !== 'access',
    )
  if (since === undefined || seqOf(given) >= since.body.seq) return 'was sent back though the cursor was good'
  if (first === undefined) return stream.isOpen ? 'was not told to read anew' : undefined
  if (first.name !== 'resync' || first.body.reason !== 'cursor_before_membership') return 'was not told to read anew'
  return mistakeAfter(from, { ...stream, heard: rest }, log, seqOf)
}

type SeqOf = (cursor: string) => number

/**
 * A replay is filtered by the present role; where that changed on the way, either may have been the present one.
 * `end` is the place of the `position` that ends it; where there is none, it was cut.
 */
function mistakeInReplay(end: number, stream: Stream, log: Log, seqOf: SeqOf): string | undefined {
  const { account, acknowledged, heard } = stream
  const [replay, position] = [heard.slice(0, end), heard[end]]
  const from = seqOf(acknowledged.cursor)
  const held: readonly Held[] = [acknowledged, ...replay.filter(isNamed('access')).map(({ body }): Held => body)]
  const events = replay.filter(isNamed('event'))
  const last: number = events.at(-1)?.body.seq ?? from
  const revoked: number = replay.find(isNamed('revoked'))?.body.seq ?? Number.POSITIVE_INFINITY
  if (last >= revoked) return `was replayed event ${last} after losing access at ${revoked}`
  const joined = position === undefined ? last : seqOf(position.body.cursor)
  const passed = log.slice(from, joined)
  const came = new Set(events.map(({ body }) => body.seq))
  const fitting = passed.filter((event) => came.has(event.seq) && held.some((one) => maySee(one, event)))
  if (!isDeepStrictEqual(events, fitting.map(eventMessage)))
    return `was replayed ${list(events)} as ${held.map(({ role }) => role)}`
  const missing = passed.filter((event) => !came.has(event.seq) && held.every((one) => maySee(one, event)))
  if (missing.length > 0) return `was not replayed ${list(missing.map(eventMessage))}`
  if (position === undefined) return undefined
  const present = held.at(-1)
  const due = heldAt(account, log, joined)
  if (present?.role !== due?.role || !isDeepStrictEqual(present?.permissions, due?.permissions)) {
    return `was replayed to as ${present?.role} up to ${joined}`
  }
  return mistakeAfter(joined, { ...stream, heard: heard.slice(end + 1) }, log, seqOf)
}

function mistakeAfter(joined: number, stream: Stream, log: Log, seqOf: SeqOf): string | undefined {
  const due = liveAfter(joined, stream.account, log)
  let count = 0
  for (const message of stream.heard) {
    if (message.name === 'position') {
      const next = due[count]
      const position = seqOf(message.body.cursor)
      if (next !== undefined && next.body.seq <= position) return `was led to ${position} past ${list([next])}`
    } else {
      const expected = due[count]
      if (!isDeepStrictEqual(message, expected)) {
        return `heard ${list([message])} where ${expected === undefined ? 'nothing' : list([expected])} was due`
      }
      count += 1
    }
  }
  return stream.isOpen && count < due.length ? `did not hear ${list(due.slice(count))}` : undefined
}

const isNamed = (wanted: Message['name']) => (message: Message) => message.name === wanted
const list = (messages: readonly Message[]) => messages.map(({ name, body }) => `${name} ${body.seq ?? ''}`).join(', ')
