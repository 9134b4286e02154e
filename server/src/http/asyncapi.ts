/** `/asyncapi.json`: what goes over the sockets, derived from the contract’s messages and events. */
import type { ClientToServer, ServerToClient } from '@rolecall/contract'
import {
  anyEvent,
  type EventType,
  eventDefinitions,
  liveAnswers,
  liveMessages,
  liveRequests,
} from '@rolecall/contract/schemas'
import { z } from 'zod'
import { exampleOf } from '../example.ts'
import { problem } from './problem-schema.ts'

type Json = Readonly<Record<string, unknown>>

const requestSummaries = {
  subscribe: 'From the acknowledged cursor on, all events of the organisation that one may see follow',
  unsubscribe: 'No more events of the organisation',
  authenticate: 'A fresh access token of the same account, before the present one expires',
} as const satisfies Record<keyof ClientToServer, string>

const messageSummaries = {
  event: 'Something happened that one may see, in the order of the log',
  access: 'One’s own role, or what it permits, changed; to all sockets of the account or API key',
  revoked: 'One’s access ended; the last message about this organisation',
  position: 'The cursor moves past events that one may not see',
  resync: 'The cursor does not lead up to here: read anew, then go on from the acknowledged one',
  reconnect: 'The server ends the connection next: come back at a random moment within the time',
} as const satisfies Record<keyof ServerToClient, string>

const description = `Socket.IO 4 at \`/socket.io/\`, namespace \`/\`. A message is a Socket.IO event of its name with its payload as the
one argument. The handshake carries \`auth: { token }\`; what a client sends is acknowledged, a failure as
\`{ problem }\`.`

/** Of organisations alone: what is in an account’s own log is not sent. */
const eventTypes = (Object.keys(eventDefinitions) as EventType[]).filter(
  (type) => eventDefinitions[type].audience !== 'self',
)
const eventMessage = (type: string) => `event.${type}`

/** `serverUrl` is where clients reach the server. */
export function asyncApi(serverUrl: string): Json {
  const { host, protocol } = new URL(serverUrl)
  const messages = describeMessages()
  const { schemas, ...rest } = liftDefinitions(messages)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rolecall live',
      version: '1',
      description,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      rolecall: {
        host,
        protocol: protocol === 'https:' ? 'wss' : 'ws',
        pathname: '/socket.io/',
        security: [{ $ref: '#/components/securitySchemes/accessToken' }],
      },
    },
    channels: {
      live: {
        address: '/',
        summary: 'The namespace of Socket.IO',
        messages: mapKeys(Object.keys(messages), (name) => ({ $ref: `#/components/messages/${name}` })),
      },
    },
    operations: { ...requestOperations(), ...messageOperations() },
    components: {
      messages: rest.messages,
      schemas,
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token of a session, or an API key, as `auth.token` of the handshake',
        },
      },
    },
  }
}

const inChannel = (name: string) => ({ $ref: `#/channels/live/messages/${name}` })
const channel = { $ref: '#/channels/live' }

function requestOperations(): Json {
  return mapKeys(Object.keys(liveRequests), (name) => ({
    action: 'receive',
    channel,
    messages: [inChannel(name)],
    reply: { channel, messages: [inChannel(`${name}.answer`), inChannel('refusal')] },
  }))
}

function messageOperations(): Json {
  const others = mapKeys(Object.keys(liveMessages), (name) => ({
    action: 'send',
    channel,
    messages: [inChannel(name)],
  }))
  const events = eventTypes.map((type) => inChannel(eventMessage(type)))
  return { event: { action: 'send', channel, messages: events }, ...others }
}

interface Message {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly schema: z.ZodType
}

function describeMessages(): Readonly<Record<string, Message>> {
  const all: Record<string, Message> = {}
  for (const [name, schema] of Object.entries(liveRequests)) {
    const summary = requestSummaries[name as keyof typeof requestSummaries]
    all[name] = { name, title: name, summary, schema }
  }
  for (const [name, schema] of Object.entries(liveAnswers)) {
    all[`${name}.answer`] = { name, title: `${name}, acknowledged`, summary: 'It was done', schema }
  }
  const refused = z.object({ problem })
  all.refusal = { name: 'problem', title: 'refusal', summary: 'It was not done, and why', schema: refused }
  for (const [name, schema] of Object.entries(liveMessages)) {
    all[name] = { name, title: name, summary: messageSummaries[name as keyof typeof messageSummaries], schema }
  }
  for (const type of eventTypes) {
    const { audience, summary, data } = eventDefinitions[type]
    const schema = z.object({ ...anyEvent.shape, type: z.literal(type), audience: z.literal(audience), data })
    all[eventMessage(type)] = { name: 'event', title: type, summary, schema }
  }
  return all
}

/** The messages with JSON Schemas, whose named parts stand once, beside them. */
function liftDefinitions(messages: Readonly<Record<string, Message>>): { messages: Json; schemas: Json } {
  const schemas: Record<string, unknown> = {}
  const described = Object.entries(messages).map(([key, { schema, ...message }]) => {
    const whole = z.toJSONSchema(schema)
    const { $defs = {}, $schema, ...payload } = whole
    for (const [name, definition] of Object.entries($defs)) schemas[name] = relinked(definition)
    return [key, { ...message, payload: relinked(payload), examples: [{ payload: exampleOf(whole, key) }] }] as const
  })
  return { messages: Object.fromEntries(described), schemas }
}

/** A schema with its references into `components`, and without zod’s `id`s. */
function relinked(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relinked)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword, value]) => keyword !== 'id' || typeof value !== 'string')
      .map(([keyword, value]) => [
        keyword,
        keyword === '$ref' && typeof value === 'string'
          ? value.replace('#/$defs/', '#/components/schemas/')
          : relinked(value),
      ]),
  )
}

function mapKeys<Value>(keys: readonly string[], map: (key: string) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(keys.map((key) => [key, map(key)]))
}
