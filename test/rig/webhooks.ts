import { connectLive } from './live.ts'
import type { Answer, Person, TestOrganisation } from './people.ts'
import { answersWith, aReceiver, type Receiver } from './receiver.ts'
import { untilSome } from './sending.ts'
import { sharedServer, type TestServer } from './server.ts'

export const webhooksOf = ({ id }: { readonly id: string }): string => `/organisations/${id}/webhooks`

let willing: Promise<Receiver> | undefined

/** Where everything is taken, by nobody in particular. */
export async function anywhere(): Promise<string> {
  willing ??= aReceiver()
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
