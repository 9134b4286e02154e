import { connectLive } from './live.ts'
import type { Answer, Person, TestOrganisation } from './people.ts'
import { answersWith, aReceiver, type Receiver } from './receiver.ts'

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

/** Asks again and again until the answer is as wanted: for what no event tells of. */
export async function answered(by: Person, path: string, isWanted: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await by.api('GET', path)
    if (isWanted(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A test event that the endpoint has taken, as a delivery. */
export async function delivered(
  organisation: TestOrganisation,
  { path }: { readonly path: string },
): Promise<Answer['body']> {
  const { admin } = organisation
  const { status, text, body } = await admin.api('POST', `${path}/test`)
  if (status !== 202) throw new Error(`testing a webhook was answered ${status}: ${text}`)
  const list = await answered(admin, `${path}/deliveries?type=webhook.tested&status=delivered`, ({ body: page }) =>
    page.data.some(({ event }: Answer['body']) => event.seq === body.seq),
  )
  return list.body.data.find(({ event }: Answer['body']) => event.seq === body.seq)
}
