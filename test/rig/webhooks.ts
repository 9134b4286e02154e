import { newId } from '../../server/src/ids.ts'
import type { DeliveryDocument } from '../../server/src/webhooks/documents.ts'
import { connectLive } from './live.ts'
import type { Answer, Person, TestOrganisation } from './people.ts'
import { answersWith, aReceiver, type Receiver } from './receiver.ts'
import { untilSome } from './sending.ts'
import { sharedServer, type TestServer } from './server.ts'

export const webhooksOf = ({ id }: { readonly id: string }): string => `/organisations/${id}/webhooks`

let willing: Promise<Receiver> | undefined

/** Where everything is taken, by nobody in particular. */
export async function anywhere(): Promise<string> {
  willing ??= aReceiver({ isShared: true })
  return (await willing).url
}

interface Wanted {
  /** Whose it is; the Admin’s where nobody is named. */
  readonly by?: Person
  readonly url?: string
  readonly [Field: string]: unknown
}

/** A new endpoint as it was answered, with its secret and the path of its own. */
export async function made(
  organisation: TestOrganisation,
  { by = organisation.admin, ...wanted }: Wanted = {},
): Promise<Answer['body'] & { readonly path: string }> {
  const { status, text, body } = await by.api('POST', webhooksOf(organisation), { url: await anywhere(), ...wanted })
  if (status !== 201) throw new Error(`creating a webhook was answered ${status}: ${text}`)
  return { ...body, path: `${webhooksOf(organisation)}/${body.id}` }
}

/** The path of a new endpoint. */
export async function aWebhook(organisation: TestOrganisation, wanted?: Wanted): Promise<string> {
  return (await made(organisation, wanted)).path
}

/** A new endpoint that says at its first event that it is gone, once that is known. */
export async function aGoneWebhook(organisation: TestOrganisation): Promise<Answer> {
  const { admin } = organisation
  const live = await connectLive(admin)
  await live.subscribe(organisation.id)
  const { url } = await aReceiver({ behaviour: answersWith(410) })
  const path = await aWebhook(organisation, { url })
  await admin.api('POST', `${path}/test`)
  await live.until(({ name, body }) => name === 'event' && body.type === 'webhook.disabled')
  return admin.api('GET', path)
}

/** A test event that the endpoint has taken, as a delivery. */
export async function delivered(
  { admin }: TestOrganisation,
  { id, path }: { readonly id: string; readonly path: string },
  server?: TestServer,
): Promise<Answer['body']> {
  const { status, text, body } = await admin.api('POST', `${path}/test`)
  if (status !== 202) throw new Error(`testing a webhook was answered ${status}: ${text}`)
  const { seq } = body
  await untilSome(server ?? (await sharedServer()), 'webhookDeliveries', { webhook: id, seq, status: 'delivered' })
  const list = await admin.api('GET', `${path}/deliveries?type=webhook.tested`)
  return list.body.data.find(({ event }: Answer['body']) => event.seq === seq)
}

/** Records of deliveries as they would be after weeks: every fifth of an event about the organisation, few that failed. */
export async function fillDeliveries(
  { app }: TestServer,
  { webhook, organisation, count }: { readonly webhook: string; readonly organisation: string; readonly count: number },
): Promise<void> {
  const at = new Date()
  const collection = app.connection.collection<DeliveryDocument>('webhookDeliveries')
  const deliveries = Array.from({ length: count }, (_, index): DeliveryDocument => {
    const isOpen = index % 5 === 0
    return {
      _id: newId('dlv'),
      webhook,
      organisation,
      seq: 1 + index,
      event: { id: newId('evt'), type: isOpen ? 'organisation.described' : 'member.updated', at },
      audience: isOpen ? 'organisation:read' : 'member:read',
      round: 0,
      status: index % 500 === 0 ? 'exhausted' : 'delivered',
      attempts: 1,
      tries: 1,
      log: [],
      createdAt: at,
      lastAt: at,
      expiresAt: new Date(at.getTime() + 30 * 24 * 60 * 60 * 1_000),
    }
  })
  for (let done = 0; done < count; done += 500) await collection.insertMany(deliveries.slice(done, done + 500))
}

/** The last 200 of an organisation's log, the oldest first. */
export async function eventsOf({ admin, id }: TestOrganisation): Promise<Answer['body'][]> {
  const { body } = await admin.api('GET', `/organisations/${id}/events?order=desc&limit=200`)
  return body.data.toReversed()
}

/** What the log tells of webhooks, the oldest first, without the first so many. */
export async function webhookEvents(organisation: TestOrganisation, skipped = 0): Promise<[string, Answer['body']][]> {
  const all = (await eventsOf(organisation)).filter(({ type }) => type.startsWith('webhook.'))
  return all.slice(skipped).map(({ type, data }) => [type, data])
}
