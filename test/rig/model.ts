/**
 * What readers of an organisation must hear, as a function of its log alone: the specification of live push. A test
 * lets many people do things at random, and holds what each connection heard against this.
 */
import { isDeepStrictEqual } from 'node:util'
import { holds, isBuiltIn, permissionsOf, type RolecallEvent, type RoleId, type Subscription } from '@rolecall/contract'
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
const maySee = (role: RoleId | undefined, { audience }: RolecallEvent) =>
  role !== undefined && isBuiltIn(role) && audience !== 'self' && holds(role, audience)

/** What an event tells an account about its own access, on every connection, subscribed or not. */
function toldBy(event: RolecallEvent, account: string): Message | undefined {
  const { log: organisation, seq, type, data } = event
  if (!('member' in data) || data.member.account.id !== account) return undefined
  if (type === 'member.removed') return { name: 'revoked', body: { organisation, seq, reason: data.reason } }
  if (type !== 'member.added' && type !== 'member.role_changed') return undefined
  const role = 'after' in data ? data.after.role : data.member.role
  if (!isBuiltIn(role)) throw new Error(`the model knows no custom role, and event ${seq} gives ${role}`)
  return { name: 'access', body: { organisation, seq, role, permissions: permissionsOf(role) } }
}

export function toldTo(account: string, log: Log): readonly Message[] {
  return log.flatMap((event) => toldBy(event, account) ?? [])
}

/** What an account holds once the event at `seq` has happened. */
export function roleAt(account: string, log: Log, seq: number): RoleId | undefined {
  const last = toldTo(account, log).findLast(({ body }) => body.seq <= seq)
  return last?.name === 'access' ? last.body.role : undefined
}

/** Above where one joined: at each place first what is told of one's access, then the event, if one may see it then. */
function liveAfter(joined: number, account: string, log: Log): readonly Message[] {
  let role = roleAt(account, log, joined)
  const due: Message[] = []
  for (const event of log.slice(joined)) {
    const told = toldBy(event, account)
    if (told !== undefined) due.push(told)
    if (told?.name === 'revoked') break
    if (told?.name === 'access') role = told.body.role
    if (maySee(role, event)) due.push(eventMessage(event))
  }
  return due
}

/** Answers what is wrong with what came by a subscription, or undefined. */
export function mistakeIn(stream: Stream, log: Log): string | undefined {
  const { account, given, acknowledged, heard } = stream
  const seqOf = (cursor: string) => log.find((event) => event.cursor === cursor)?.seq ?? 0
  const from = seqOf(acknowledged.cursor)
  if (given === acknowledged.cursor) {
    const wasAway = log.slice(from).findIndex((event) => toldBy(event, account)?.name === 'revoked')
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
  const since = toldTo(account, log).findLast(
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
  const roles = [acknowledged.role, ...replay.filter(isNamed('access')).map(({ body }): RoleId => body.role)]
  const events = replay.filter(isNamed('event'))
  const last: number = events.at(-1)?.body.seq ?? from
  const revoked: number = replay.find(isNamed('revoked'))?.body.seq ?? Number.POSITIVE_INFINITY
  if (last >= revoked) return `was replayed event ${last} after losing access at ${revoked}`
  const joined = position === undefined ? last : seqOf(position.body.cursor)
  const passed = log.slice(from, joined)
  const came = new Set(events.map(({ body }) => body.seq))
  const fitting = passed.filter((event) => came.has(event.seq) && roles.some((role) => maySee(role, event)))
  if (!isDeepStrictEqual(events, fitting.map(eventMessage))) return `was replayed ${list(events)} as ${roles}`
  const missing = passed.filter((event) => !came.has(event.seq) && roles.every((role) => maySee(role, event)))
  if (missing.length > 0) return `was not replayed ${list(missing.map(eventMessage))}`
  if (position === undefined) return undefined
  if (roles.at(-1) !== roleAt(account, log, joined)) return `was replayed to as ${roles.at(-1)} up to ${joined}`
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
