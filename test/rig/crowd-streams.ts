/** What of all that a connection heard belongs to which subscription. */
import { at, type Connection, type Scene, type Subscribed } from './crowd-scene.ts'
import type { Stream } from './model.ts'

export function streamsOf({ organisations }: Pick<Scene, 'organisations'>) {
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

  return { isOpen, streamOf }
}
