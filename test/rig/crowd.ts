/** Many people with several connections each, in a few organisations: acts out commands, and keeps what each heard. */
import { setTimeout as pause } from 'node:timers/promises'
import type { BuiltInRole, EventType, Permission, RolecallEvent, Session, Subscription } from '@rolecall/contract'
import { expect } from 'chai'
import { insist } from './insist.ts'
import { connectLive, eventAt, type LiveClient } from './live.ts'
import { heldAt, type Log, type Stream, toldTo } from './model.ts'
import { apiOf, type Person, type TestOrganisation, unique } from './people.ts'

/** People, organisations, sockets and custom roles are named by their numbers. */
export type Command =
  /** Gives somebody a role, or takes it away: adds, changes or removes. */
  | { readonly do: 'hold'; organisation: number; person: number; role: BuiltInRole | number | undefined }
  /** Suspends somebody, or resumes them. */
  | { readonly do: 'rest'; organisation: number; person: number; isSuspended: boolean }
  /** Widens or narrows one of the organisation’s own roles. */
  | { readonly do: 'compose'; organisation: number; role: number; permissions: readonly Permission[] }
  /** Puts another role in the place of one of the organisation’s own, and makes that one anew. */
  | { readonly do: 'dissolve'; organisation: number; role: number; replacement: BuiltInRole }
  /** Gives several people another role in one change. */
  | { readonly do: 'exchange'; organisation: number; people: readonly number[]; role: BuiltInRole }
  | { readonly do: 'let developers see'; organisation: number; isShown: boolean }
  /** Declares a permission of the organisation’s own, for these beside Admin. */
  | { readonly do: 'declare'; organisation: number; roles: readonly BuiltInRole[] | undefined }
  /** Deletes the organisation and restores it, while nothing else is done. */
  | { readonly do: 'delete and restore'; organisation: number }
  | { readonly do: 'leave'; organisation: number; person: number }
  | { readonly do: 'rename'; organisation: number; times: number }
  /** Changes a person’s name, in the logs of all their organisations at once. */
  | { readonly do: 'call'; person: number; name: string }
  /** Connects where that is needed, and goes on after what was heard last. */
  | { readonly do: 'open'; socket: number; organisations: readonly number[] }
  | { readonly do: 'unsubscribe'; socket: number; organisation: number }
  | { readonly do: 'close'; socket: number; isAbrupt: boolean }
  | { readonly do: 'end session'; person: number }

interface Connection {
  readonly account: string
  readonly live: LiveClient
  /** How many rounds were over when it was opened, and when we closed it. */
  readonly openedIn: number
  closedIn: number | undefined
}

/** A subscription: which part of what its connection heard is its own. */
interface Subscribed {
  readonly connection: Connection
  readonly organisation: number
  readonly given: string | undefined
  readonly acknowledged: Subscription
  readonly begin: number
  end: number | undefined
}

/** Somebody was told that there is no such organisation. */
interface Refusal {
  readonly account: string
  readonly organisation: number
  readonly round: number
}

export interface Crowd {
  /** Does all of these at once, but one after the other what concerns one membership or one person’s sockets. */
  act(commands: readonly Command[]): Promise<void>
  /** Waits until everything has come that is to come; answers the logs. */
  settle(): Promise<readonly Log[]>
  /** What was heard, by socket and organisation, each in order of time. */
  streams(organisation: number): readonly (readonly Stream[])[]
  /** Says where a connection was not told of its account’s access once each, or somebody was refused who had access. */
  mistakes(logs: readonly Log[]): readonly string[]
  close(): void
}

const patienceMs = 180_000
/** Sockets without a subscription hear of these after a look into the database. */
const toldLater: readonly string[] = [
  'role.updated',
  'role.deleted',
  'organisation.settings_changed',
  'permissions.declared',
  'organisation.deleted',
  'organisation.restored',
] satisfies EventType[]
export const customRoleCount = 2

/** As long as the server says that it cannot just now. */
async function connect(person: Pick<Person, 'url' | 'session'>): Promise<LiveClient> {
  for (;;) {
    const live = await connectLive(person).catch((refusal: { problem?: { code: string } }) => {
      if (refusal.problem?.code !== 'unavailable') throw refusal
    })
    if (live !== undefined) return live
    await pause(50)
  }
}

/** A session of its own for each crowd: an earlier one may have ended those that people signed up with. */
async function signIn({ email, password, url }: Person): Promise<Session> {
  const { status, text, body } = await apiOf(url)('POST', '/sessions', { email, password })
  if (status !== 201) throw new Error(`signing in was answered ${status}: ${text}`)
  return body.session
}

export async function aCrowd(
  people: readonly Person[],
  organisations: readonly TestOrganisation[],
  socketCount: number,
): Promise<Crowd> {
  const sessions = await Promise.all(people.map(signIn))
  const members = organisations.map(() => new Map<number, string>())
  const suspended = organisations.map(() => new Set<number>())
  const roles = await Promise.all(
    organisations.map(({ admin, id }) =>
      Promise.all(Array.from({ length: customRoleCount }, () => composeRole(admin, id))),
    ),
  )
  const connections: Connection[] = []
  const current: (Connection | undefined)[] = []
  const subscriptions: Subscribed[][][] = Array.from({ length: socketCount }, () => organisations.map(() => []))
  const refusals: Refusal[] = []
  /** Where the logs stood after each round. */
  const heads: number[][] = [await readHeads()]

  const personOf = (socket: number) => socket % people.length
  const at = <Item>(items: readonly Item[], index: number): Item => {
    const item = items[index]
    if (item === undefined) throw new Error(`there is no ${index}`)
    return item
  }
  const apiAs = (person: number) => apiOf(at(people, person).url, at(sessions, person).accessToken)

  function readHeads(): Promise<number[]> {
    return Promise.all(
      organisations.map(async ({ admin, id }) => {
        const { headers } = await insist(() => admin.api('GET', `/organisations/${id}`))
        return Number(headers.get('Rolecall-Seq'))
      }),
    )
  }

  async function hold(organisation: number, person: number, wanted: BuiltInRole | number | undefined): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const role = typeof wanted === 'number' ? at(at(roles, organisation), wanted) : wanted
    const path = `/organisations/${id}/members`
    const own = members[organisation]
    const member = own?.get(person)
    if (member === undefined) {
      if (role === undefined) return
      const key = { 'Idempotency-Key': unique('add').replace(' ', '-') }
      const added = await insist(() => admin.api('POST', path, { email: at(people, person).email, role }, key))
      expect(added.status, added.text).to.equal(201)
      own?.set(person, added.body.id)
    } else if (role === undefined) {
      const removed = await insist(() => admin.api('DELETE', `${path}/${member}`))
      expect(removed.status, removed.text).to.equal(204)
      own?.delete(person)
      suspended[organisation]?.delete(person)
    } else {
      const changed = await insist(() => admin.api('PATCH', `${path}/${member}`, { role }))
      expect(changed.status, changed.text).to.equal(200)
    }
  }

  async function rest(organisation: number, person: number, isSuspended: boolean): Promise<void> {
    const member = members[organisation]?.get(person)
    if (member === undefined || suspended[organisation]?.has(person) === isSuspended) return
    const { admin, id } = at(organisations, organisation)
    const path = `/organisations/${id}/members/${member}/${isSuspended ? 'suspend' : 'resume'}`
    const answer = await insist(() => admin.api('POST', path))
    expect(answer.status, answer.text).to.equal(200)
    if (isSuspended) suspended[organisation]?.add(person)
    else suspended[organisation]?.delete(person)
  }

  async function compose(organisation: number, role: number, permissions: readonly Permission[]): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const path = `/organisations/${id}/roles/${at(at(roles, organisation), role)}`
    const answer = await insist(() => admin.api('PATCH', path, { permissions }))
    expect(answer.status, answer.text).to.equal(200)
  }

  async function dissolve(organisation: number, role: number, replacement: BuiltInRole): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const own = at(roles, organisation)
    const path = `/organisations/${id}/roles/${at(own, role)}?replacement=${replacement}`
    const key = { 'Idempotency-Key': unique('dissolve').replace(' ', '-') }
    const answer = await insist(() => admin.api('DELETE', path, undefined, key))
    expect(answer.status, answer.text).to.equal(204)
    own[role] = await composeRole(admin, id)
  }

  async function exchange(organisation: number, wanted: readonly number[], role: BuiltInRole): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const present = wanted.flatMap((person) => members[organisation]?.get(person) ?? [])
    if (present.length === 0) return
    const changes = present.map((member) => ({ member, role }))
    const answer = await insist(() => admin.api('POST', `/organisations/${id}/members/batch`, { changes }))
    expect(answer.status, answer.text).to.equal(200)
  }

  /** Changes the organisation itself, by its Admin. */
  async function set(organisation: number, method: 'PATCH' | 'PUT', below: string, body: object): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const answer = await insist(() => admin.api(method, `/organisations/${id}${below}`, body))
    expect(answer.status, answer.text).to.equal(200)
  }

  async function deleteAndRestore(organisation: number): Promise<void> {
    const { admin, id } = at(organisations, organisation)
    const key = () => ({ 'Idempotency-Key': unique('once').replace(' ', '-') })
    const [once, again] = [key(), key()]
    const deleted = await insist(() => admin.api('DELETE', `/organisations/${id}`, undefined, once))
    expect(deleted.status, deleted.text).to.equal(204)
    const restored = await insist(() => admin.api('POST', `/organisations/${id}/restore`, undefined, again))
    expect(restored.status, restored.text).to.equal(200)
  }

  async function leave(organisation: number, person: number): Promise<void> {
    const member = members[organisation]?.get(person)
    if (member === undefined || suspended[organisation]?.has(person)) return
    const { id } = at(organisations, organisation)
    const left = await insist(() => apiAs(person)('DELETE', `/organisations/${id}/members/${member}`))
    expect(left.status, left.text).to.equal(204)
    members[organisation]?.delete(person)
  }

  async function rename(organisation: number, times: number): Promise<void> {
    const { admin, id, name } = at(organisations, organisation)
    for (let count = 0; count < times; count += 1) {
      // Two spellings of one name: no former name is held.
      const spelt = count % 2 === 0 ? name.toUpperCase() : name.toLowerCase()
      const renamed = await insist(() => admin.api('PATCH', `/organisations/${id}`, { name: spelt }))
      expect(renamed.status, renamed.text).to.equal(200)
    }
  }

  function presentOf(socket: number, organisation: number): Subscribed | undefined {
    const last = subscriptions[socket]?.[organisation]?.at(-1)
    return last !== undefined && last.connection === current[socket] && isOpen(last) ? last : undefined
  }

  async function open(socket: number, wanted: readonly number[]): Promise<void> {
    if (current[socket]?.live.socket.connected !== true) {
      const person = personOf(socket)
      const live = await connect({ url: at(people, person).url, session: at(sessions, person) })
      const account = at(people, person).account.id
      current[socket] = { account, live, openedIn: heads.length - 1, closedIn: undefined }
      connections.push(current[socket])
    }
    for (const organisation of wanted) {
      if (presentOf(socket, organisation) === undefined) await subscribe(socket, organisation)
    }
  }

  /** By callback, which runs at the acknowledgement’s own place among the messages. */
  async function subscribe(socket: number, organisation: number): Promise<void> {
    const connection = current[socket]
    if (connection === undefined) return
    const { account, live } = connection
    const own = subscriptions[socket]?.[organisation] ?? []
    const last = own.at(-1)
    const given = last === undefined ? undefined : cursorOf(streamOf(last))
    const request = {
      organisation: at(organisations, organisation).id,
      ...(given === undefined ? {} : { cursor: given }),
    }
    const code = await new Promise<string | undefined>((resolve) => {
      live.socket.emit('subscribe', request, (answer) => {
        if ('problem' in answer) return resolve(answer.problem.code)
        const begin = live.received.length
        own.push({ connection, organisation, given, acknowledged: answer, begin, end: undefined })
        resolve(undefined)
      })
      live.ended.then(() => resolve('unavailable'), resolve)
    })
    if (code === undefined || code === 'unavailable') return
    expect(code).to.equal('not_found')
    refusals.push({ account, organisation, round: heads.length })
  }

  async function unsubscribe(socket: number, organisation: number): Promise<void> {
    const present = presentOf(socket, organisation)
    if (present === undefined) return
    const { live } = present.connection
    await new Promise<void>((resolve) => {
      live.socket.emit('unsubscribe', { organisation: at(organisations, organisation).id }, () => {
        present.end = live.received.length
        resolve()
      })
      live.ended.then(() => resolve(), resolve)
    })
  }

  async function close(socket: number, isAbrupt: boolean): Promise<void> {
    const connection = current[socket]
    if (connection?.live.socket.connected !== true) return
    connection.closedIn = heads.length - 1
    if (isAbrupt) connection.live.socket.io.engine.close()
    else connection.live.close()
    await connection.live.ended
  }

  async function endSession(person: number): Promise<void> {
    const own = connections.filter(
      ({ account, live }) => account === at(people, person).account.id && live.socket.connected,
    )
    for (const connection of own) connection.closedIn = heads.length - 1
    const ended = await apiAs(person)('DELETE', '/sessions/current')
    expect(ended.status, ended.text).to.equal(204)
    await Promise.all(own.map(({ live }) => live.ended))
    sessions[person] = await signIn(at(people, person))
  }

  /** One that is dissolved meanwhile nobody can be given. */
  const laneOf = (organisation: number, role: BuiltInRole | number | undefined): string[] =>
    typeof role === 'number' ? [`role ${organisation} ${role}`] : []

  /** What may not overtake each other, and what is done. */
  function plan(command: Command): readonly [lanes: readonly string[], act: () => Promise<void>] {
    switch (command.do) {
      case 'hold':
        return [
          [`member ${command.person}`, ...laneOf(command.organisation, command.role)],
          () => hold(command.organisation, command.person, command.role),
        ]
      case 'rest':
        return [[`member ${command.person}`], () => rest(command.organisation, command.person, command.isSuspended)]
      case 'compose':
        return [
          laneOf(command.organisation, command.role),
          () => compose(command.organisation, command.role, command.permissions),
        ]
      case 'dissolve':
        return [
          laneOf(command.organisation, command.role),
          () => dissolve(command.organisation, command.role, command.replacement),
        ]
      case 'exchange':
        return [
          command.people.map((person) => `member ${person}`),
          () => exchange(command.organisation, command.people, command.role),
        ]
      case 'let developers see':
        return [[], () => set(command.organisation, 'PATCH', '', { developersSeeMembers: command.isShown })]
      case 'declare': {
        const permissions = command.roles === undefined ? [] : [{ name: 'report:read', roles: command.roles }]
        return [[], () => set(command.organisation, 'PUT', '/own-permissions', { permissions })]
      }
      case 'delete and restore':
        return [[], () => deleteAndRestore(command.organisation)]
      case 'leave':
        return [
          [`member ${command.person}`, `sockets ${command.person}`],
          () => leave(command.organisation, command.person),
        ]
      case 'rename':
        return [[], () => rename(command.organisation, command.times)]
      case 'call':
        return [
          [`sockets ${command.person}`],
          async () => {
            const called = await insist(() => apiAs(command.person)('PATCH', '/account', { name: command.name }))
            expect(called.status, called.text).to.equal(200)
          },
        ]
      case 'open':
        return [[`sockets ${personOf(command.socket)}`], () => open(command.socket, command.organisations)]
      case 'unsubscribe':
        return [[`sockets ${personOf(command.socket)}`], () => unsubscribe(command.socket, command.organisation)]
      case 'close':
        return [[`sockets ${personOf(command.socket)}`], () => close(command.socket, command.isAbrupt)]
      case 'end session':
        return [[`sockets ${command.person}`], () => endSession(command.person)]
    }
  }

  function isOpen({ connection, organisation, begin, end }: Subscribed): boolean {
    return end === undefined && connection.live.socket.connected && endOf(connection, organisation, begin) === undefined
  }

  /** Where access was lost. */
  function endOf({ live }: Connection, organisation: number, begin: number): number | undefined {
    const { id } = at(organisations, organisation)
    const index = live.received.findIndex(
      ({ name, body }, place) => place >= begin && name === 'revoked' && body.organisation === id,
    )
    return index === -1 ? undefined : index + 1
  }

  function streamOf(subscribed: Subscribed): Stream {
    const { connection, organisation, given, acknowledged, begin } = subscribed
    const { id } = at(organisations, organisation)
    // Whoever had unsubscribed before is told of a loss all the same, but not by this.
    const end = Math.min(...[endOf(connection, organisation, begin), subscribed.end].filter((one) => one !== undefined))
    const heard = connection.live.received
      .slice(begin, end)
      .filter(({ body }) => (body.organisation ?? body.log) === id)
    return { account: connection.account, given, acknowledged, heard, isOpen: isOpen(subscribed) }
  }

  const headAt = (round: number, organisation: number) => heads[round]?.[organisation] ?? 0

  /** What was told of access on a connection, in whatever way, and whether the last of it is how the log ends. */
  function endOfTold({ account, live, openedIn }: Connection, organisation: number, log: Log) {
    const { id } = at(organisations, organisation)
    const told = live.received.filter(
      ({ name, body }) => (name === 'access' || name === 'revoked') && body.organisation === id,
    )
    const all = toldTo(account, log)
    const isDue = all.some(({ body }) => body.seq > headAt(openedIn + 1, organisation))
    const [last, wanted] = [told, all].map((messages) => {
      const { name, body } = messages.at(-1) ?? {}
      // Of those who hold a role already that others get too, some are told once more what they know.
      return JSON.stringify([name, body?.role, body?.permissions, body?.reason])
    })
    return { told, isRight: (told.length === 0 && !isDue) || last === wanted }
  }

  return {
    async act(commands) {
      const lanes = new Map<string, Promise<void>>()
      const doings = commands.map((command) => {
        const [names, act] = plan(command)
        const doing = Promise.all(names.map((name) => lanes.get(name) ?? Promise.resolve())).then(act)
        for (const name of names) lanes.set(name, doing)
        return doing
      })
      await Promise.all(doings)
      heads.push(await readHeads())
    },
    async settle() {
      const all = subscriptions.flat(2).filter(isOpen)
      const last = await Promise.all(
        organisations.map(async ({ admin, id, name }) => {
          await insist(() => admin.api('PATCH', `/organisations/${id}`, { name: `${name} end` }))
          return (await readHeads())[organisations.findIndex((one) => one.id === id)] ?? 0
        }),
      )
      // Whoever may see anything may see this; who does not hear of it in time is found by what they did not hear.
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs)
      })
      const coming = all.map(({ connection: { live }, organisation }) => {
        const { id } = at(organisations, organisation)
        const fits = eventAt(at(last, organisation))
        return Promise.race([live.until((message) => message.body.log === id && fits(message)), live.ended])
      })
      await Promise.race([Promise.all(coming), patience])
      const logs = await Promise.all(organisations.map(readLog))
      const telling = connections
        .filter(({ live }) => live.socket.connected)
        .map(async (connection) => {
          const { live } = connection
          await Promise.race([live.settled(), live.ended])
          for (const [organisation, log] of logs.entries()) {
            const isRight = () => endOfTold(connection, organisation, log).isRight
            if (!isRight()) await Promise.race([live.until(isRight), live.ended])
          }
        })
      await Promise.race([Promise.all(telling), patience])
      clearTimeout(timer)
      return logs
    },
    streams: (organisation) => subscriptions.map((own) => (own[organisation] ?? []).map(streamOf)),
    mistakes(logs) {
      const ofRefusals = refusals.flatMap(({ account, organisation, round }) => {
        const log = at(logs, organisation)
        const places = range(headAt(round - 1, organisation), headAt(round, organisation))
        return places.some((seq) => heldAt(account, log, seq) === undefined)
          ? []
          : [`${account} was refused in ${organisation} within ${places}`]
      })
      const ofTold = connections.flatMap(({ account, live, openedIn, closedIn }) =>
        logs.flatMap((log, organisation) => {
          const { id } = at(organisations, organisation)
          // Of a changed role they hear after a look into the database, unless something newer was told meanwhile.
          const ofRoles = new Set(log.filter(({ type }) => toldLater.includes(type)).map(({ seq }) => seq))
          const told = live.received.filter(
            ({ name, body }) =>
              (name === 'access' || name === 'revoked') && body.organisation === id && !ofRoles.has(body.seq),
          )
          const all = toldTo(account, log).filter(({ body }) => !ofRoles.has(body.seq))
          const after = headAt(openedIn + 1, organisation)
          const upTo = live.socket.connected
            ? Number.POSITIVE_INFINITY
            : closedIn === undefined
              ? after
              : headAt(closedIn, organisation)
          const due = all.filter(({ body }) => body.seq > after && body.seq <= upTo)
          const first = told[0] ?? due[0]
          const begin = all.findIndex(({ body }) => body.seq === first?.body.seq)
          const slice = all.slice(Math.max(begin, 0), Math.max(begin, 0) + Math.max(told.length, due.length))
          return JSON.stringify(slice) === JSON.stringify(told)
            ? []
            : [`${account} was told ${JSON.stringify(told)} instead of ${JSON.stringify(slice)}`]
        }),
      )
      const ofEnds = connections.flatMap((connection) =>
        logs.flatMap((log, organisation) => {
          const { told, isRight } = endOfTold(connection, organisation, log)
          if (isRight || !connection.live.socket.connected) return []
          return [`${connection.account} was told at last ${JSON.stringify(told.at(-1))} in ${organisation}`]
        }),
      )
      return [...ofRefusals, ...ofTold, ...ofEnds]
    },
    close() {
      for (const { live } of connections) live.close()
    },
  }
}

/** A custom role by which people come to see more and less. */
async function composeRole({ api }: Person, organisation: string): Promise<string> {
  const role = { name: unique('Custom'), permissions: ['member:read'] }
  const { status, text, body } = await insist(() => api('POST', `/organisations/${organisation}/roles`, role))
  expect(status, text).to.equal(201)
  return body.id
}

/** Where a reader goes on: after what was heard last. */
function cursorOf({ acknowledged, heard }: Stream): string {
  return heard.findLast(({ body }) => body.cursor !== undefined)?.body.cursor ?? acknowledged.cursor
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

async function readLog({ admin, id }: TestOrganisation): Promise<Log> {
  const log: RolecallEvent[] = []
  for (let after = ''; ; ) {
    const { body } = await insist(() => admin.api('GET', `/organisations/${id}/events?limit=200${after}`))
    log.push(...body.data)
    if (body.next === undefined) return log
    after = `&after=${body.next}`
  }
}
