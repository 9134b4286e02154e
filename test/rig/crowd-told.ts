/** What connections were told of their accounts’ access, beside what the logs say. */
import type { EventType } from '@rolecall/contract'
import { at, type Connection, type Scene } from './crowd-scene.ts'
import { heldAt, type Log, toldTo } from './model.ts'

/** Sockets without a subscription hear of these after a look into the database. */
const toldLater: readonly string[] = [
  'role.updated',
  'role.deleted',
  'organisation.settings_changed',
  'permissions.declared',
  'organisation.deleted',
  'organisation.restored',
] satisfies EventType[]

export function createTold({ organisations, connections, refusals, heads }: Scene) {
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

  function mistakes(logs: readonly Log[]): readonly string[] {
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
  }

  return { endOfTold, mistakes }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
