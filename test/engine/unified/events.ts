import type { Document, MongoClient } from 'mongodb'
import { withoutHabits } from './driver-habits.ts'
import { checkKeys, type ExpectedEvent, type ExpectedEvents, Unknown } from './format.ts'
import { copied, type Lookup, Mismatch, match, show } from './match.ts'

interface Observed {
  readonly kind: string
  readonly event: Readonly<Record<string, unknown>>
}

export interface Observer {
  readonly seen: readonly Observed[]
  /** Resolves when so many events like this one were seen, also before. */
  until(expected: ExpectedEvent, count: number, entities: Lookup): Promise<void>
  stop(): void
}

/** An event of the format, what the driver calls it, and which of its properties can be asserted. */
interface Kind {
  readonly type: NonNullable<ExpectedEvents['eventType']>
  readonly emitted: string
  readonly properties: readonly string[]
}

const command = (emitted: string, ...more: readonly string[]): Kind => ({
  type: 'command',
  emitted,
  properties: ['commandName', 'databaseName', 'hasServiceId', 'hasServerConnectionId', ...more],
})
const cmap = (emitted: string, ...properties: readonly string[]): Kind => ({ type: 'cmap', emitted, properties })
const sdam = (emitted: string, ...properties: readonly string[]): Kind => ({ type: 'sdam', emitted, properties })

const kinds: Readonly<Record<string, Kind>> = {
  commandStartedEvent: command('commandStarted', 'command'),
  commandSucceededEvent: command('commandSucceeded', 'reply'),
  commandFailedEvent: command('commandFailed'),
  poolCreatedEvent: cmap('connectionPoolCreated'),
  poolReadyEvent: cmap('connectionPoolReady'),
  poolClearedEvent: cmap('connectionPoolCleared', 'interruptInUseConnections'),
  poolClosedEvent: cmap('connectionPoolClosed'),
  connectionCreatedEvent: cmap('connectionCreated'),
  connectionReadyEvent: cmap('connectionReady'),
  connectionClosedEvent: cmap('connectionClosed', 'reason'),
  connectionCheckOutStartedEvent: cmap('connectionCheckOutStarted'),
  connectionCheckOutFailedEvent: cmap('connectionCheckOutFailed', 'reason'),
  connectionCheckedOutEvent: cmap('connectionCheckedOut'),
  connectionCheckedInEvent: cmap('connectionCheckedIn'),
  serverDescriptionChangedEvent: sdam('serverDescriptionChanged', 'previousDescription', 'newDescription'),
  serverHeartbeatStartedEvent: sdam('serverHeartbeatStarted', 'awaited'),
  serverHeartbeatSucceededEvent: sdam('serverHeartbeatSucceeded', 'awaited'),
  serverHeartbeatFailedEvent: sdam('serverHeartbeatFailed', 'awaited'),
  topologyDescriptionChangedEvent: sdam('topologyDescriptionChanged', 'previousDescription', 'newDescription'),
  topologyOpeningEvent: sdam('topologyOpening'),
  topologyClosedEvent: sdam('topologyClosed'),
}

const kindOf = (name: string): Kind => {
  const kind = kinds[name]
  if (!kind) throw new Unknown(`The event ${name}`)
  return kind
}

/** Commands with secrets, of which the format says that their events are left out; and the runner's own. */
const unobserved = [
  'authenticate',
  'saslStart',
  'saslContinue',
  'getnonce',
  'createUser',
  'updateUser',
  'copydbgetnonce',
  'copydbsaslstart',
  'copydb',
  'configureFailPoint',
]

export const observe = (
  client: MongoClient,
  names: readonly string[],
  { ignored, showsSecrets }: { ignored: readonly string[]; showsSecrets: boolean },
): Observer => {
  const seen: Observed[] = []
  const unseen = [...ignored, ...(showsSecrets ? ['configureFailPoint'] : unobserved)]
  const woken = new Set<() => void>()
  const stops = names.map((kind) => {
    const hear = (event: Observed['event']): void => {
      if (unseen.includes(String(event.commandName))) return
      seen.push({ kind, event: kept(event) })
      for (const wake of woken) wake()
    }
    // The driver's types know each event by its own signature; here all are read alike.
    const emitter: NodeJS.EventEmitter = client
    const { emitted } = kindOf(kind)
    emitter.on(emitted, hear)
    return () => emitter.off(emitted, hear)
  })
  return {
    seen,
    until: (expected, count, entities) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          try {
            if (countOf(seen, expected, entities) < count) return
            resolve()
          } catch (error) {
            reject(error)
          }
          woken.delete(look)
        }
        woken.add(look)
        look()
      }),
    stop() {
      for (const stop of stops) stop()
    },
  }
}

/** The driver goes on working with the objects that a command is made of. */
const kept = (event: Observed['event']): Observed['event'] =>
  'command' in event ? { ...event, commandName: event.commandName, command: copied(event.command) } : event

const countOf = (seen: readonly Observed[], expected: ExpectedEvent, entities: Lookup): number =>
  seen.filter((observed) => {
    try {
      matchEvent(expected, observed, 'event', entities)
      return true
    } catch (error) {
      if (error instanceof Mismatch) return false
      throw error
    }
  }).length

/** The number and the order of a client's events, and each of them. */
export const checkEvents = (expected: ExpectedEvents, { seen }: Observer, entities: Lookup): void => {
  checkKeys('What is expected of events', expected, ['client', 'eventType', 'events', 'ignoreExtraEvents'])
  const { client, eventType = 'command', events, ignoreExtraEvents = false } = expected
  const observed = seen.filter(({ kind }) => kindOf(kind).type === eventType)
  const path = `the ${eventType} events of ${client}`
  events.forEach((event, place) => {
    const found = observed[place]
    if (!found) throw new Mismatch(`${path} are ${namesOf(observed)}, where ${show(events)} are expected`)
    matchEvent(event, found, `${path}[${place}]`, entities)
  })
  if (observed.length > events.length && !ignoreExtraEvents) {
    throw new Mismatch(`${path} are ${namesOf(observed)}, of which ${events.length} are expected`)
  }
}

const namesOf = (observed: readonly Observed[]): string =>
  observed.map(({ kind, event }) => (event.commandName ? `${kind} (${show(event.commandName)})` : kind)).join(', ') ||
  'none'

const matchEvent = (expected: ExpectedEvent, { kind, event }: Observed, path: string, entities: Lookup): void => {
  const [[name, wanted] = ['', {}], ...others] = Object.entries(expected)
  if (others.length > 0) throw new Unknown(`An event of several kinds: ${show(expected)}`)
  checkKeys(`The event ${name}`, wanted, kindOf(name).properties)
  if (kind !== name) throw new Mismatch(`${path} is a ${kind}, where a ${name} is expected`)
  for (const [property, value] of Object.entries(wanted)) {
    if (property === 'hasServiceId') checkPresence(value, event.serviceId, `${path}.serviceId`)
    else if (property === 'hasServerConnectionId') {
      checkPresence(value, event.serverConnectionId, `${path}.serverConnectionId`)
    } else {
      const isDescription = property.endsWith('Description')
      if (isDescription) checkKeys(property, value, ['type'])
      // Commands, replies and descriptions are roots: they may have more than is expected.
      const found = isCommand(event, property) ? withoutHabits(value, event.command) : event[property]
      match(value, found, { path: `${path}.${property}`, isRoot: true, entities })
    }
  }
}

const isCommand = (event: Observed['event'], property: string): event is { command: Document } =>
  property === 'command' && event.command !== undefined

const checkPresence = (isExpected: unknown, value: unknown, path: string): void => {
  const isThere = value !== undefined && value !== null
  if (isThere !== isExpected) throw new Mismatch(`${path} is ${show(value)}`)
}
