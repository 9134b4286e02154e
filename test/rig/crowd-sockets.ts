import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { at, type Connection, type Scene, type Subscribed, signIn } from './crowd-scene.ts'
import { streamsOf } from './crowd-streams.ts'
import { connectLive, type LiveClient } from './live.ts'
import type { Stream } from './model.ts'
import type { Person } from './people.ts'

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

/** Commands about sockets, and the sessions that they hang on. */
export function socketCommands(scene: Scene) {
  const { people, organisations, sessions, connections, subscriptions, refusals, heads, apiAs } = scene
  const { isOpen, streamOf } = streamsOf(scene)
  const current: (Connection | undefined)[] = []
  const personOf = (socket: number) => socket % people.length

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

  return { personOf, open, unsubscribe, close, endSession }
}

/** Where a reader goes on: after what was heard last. */
function cursorOf({ acknowledged, heard }: Stream): string {
  return heard.findLast(({ body }) => body.cursor !== undefined)?.body.cursor ?? acknowledged.cursor
}
