/** Webhook endpoints of organisations under test, and what became of what is sent to them. */
import { expect } from 'chai'
import type { Answer, Api, TestOrganisation } from './people.ts'
import type { ReceivedPost, Receiver } from './receiver.ts'
import type { TestServer } from './server.ts'

export interface TestWebhook {
  readonly id: string
  readonly path: string
  readonly secret: string
  /** Calls below the webhook, by its owner; fails where it is not answered with 2xx. */
  call(method: string, path?: string, body?: unknown): Promise<Answer['body']>
}

/** A new endpoint of the organisation, of its Admin where nobody else is named. */
export async function aWebhook(
  organisation: Pick<TestOrganisation, 'id' | 'admin'>,
  receiver: Pick<Receiver, 'url'>,
  { api = organisation.admin.api, ...chosen }: { readonly api?: Api } & Readonly<Record<string, unknown>> = {},
): Promise<TestWebhook> {
  const list = `/organisations/${organisation.id}/webhooks`
  const created = await api('POST', list, { url: receiver.url, ...chosen })
  expect(created.status, created.text).to.equal(201)
  const path = `${list}/${created.body.id}`
  return {
    id: created.body.id,
    path,
    secret: created.body.secret,
    async call(method, below = '', body) {
      const answer = await api(method, `${path}${below}`, body)
      expect(answer.status, answer.text).to.be.within(200, 299)
      return answer.body
    },
  }
}

export interface PostedEvent {
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly cursor: string
  // What a test reads out of an event is for its assertions to check.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data: any
}

export const eventOf = ({ body }: ReceivedPost): PostedEvent => JSON.parse(body)

/** Positions of the events that came, in order, each as often as it came. */
export const seqsOf = (received: readonly ReceivedPost[]): number[] => received.map((post) => eventOf(post).seq)

/** Fits posts of events of this type. */
export const ofType = (type: string) => (post: ReceivedPost) => eventOf(post).type === type

/** Resolves once a document of the collection fits. Looks again at each change of the collection. */
export async function untilSome(server: TestServer, name: string, filter: object): Promise<void> {
  const collection = server.app.connection.collection(name)
  const changes = collection.watch()
  try {
    await changes.tryNext()
    while ((await collection.countDocuments(filter, { limit: 1 })) === 0) await changes.next()
  } finally {
    await changes.close()
  }
}
