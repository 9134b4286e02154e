import { Parser } from '@asyncapi/parser'
import { eventDefinitions, liveMessages, liveRequests } from '@rolecall/contract/schemas'
import { expect } from 'chai'
import { type Definitions, mistakesOf, type Schema } from './rig/json-schema.ts'
import { connectLive, eventAt } from './rig/live.ts'
import { anOrganisation } from './rig/people.ts'
import { sharedServer } from './rig/server.ts'

interface Document {
  readonly asyncapi: string
  readonly servers: { readonly rolecall: { readonly host: string; readonly protocol: string } }
  readonly operations: Readonly<Record<string, { readonly action: string; readonly messages: readonly object[] }>>
  readonly components: {
    readonly messages: Readonly<
      Record<string, { readonly payload: Schema; readonly examples: readonly { payload: unknown }[] }>
    >
    readonly schemas: Definitions
  }
}

async function read(): Promise<Document> {
  const answer = await fetch(`${(await sharedServer()).url}/asyncapi.json`)
  expect(answer.headers.get('content-type')).to.match(/^application\/json/)
  return answer.json()
}

const eventTypes = Object.entries(eventDefinitions).flatMap(([type, { audience }]) =>
  audience === 'self' ? [] : [type],
)

describe('/asyncapi.json', () => {
  it('is a valid document of AsyncAPI 3, also for its own parser', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(await read()))
    expect(diagnostics.filter(({ severity }) => severity === 0)).to.deep.equal([])
    expect(document?.version()).to.equal('3.0.0')
  })

  it('describes every message of the sockets and every event of organisations, and nothing else', async () => {
    const { operations: described, components } = await read()
    const by = (wanted: string) =>
      Object.entries(described).flatMap(([name, { action }]) => (action === wanted ? [name] : []))
    expect(by('receive')).to.have.members(Object.keys(liveRequests))
    expect(by('send')).to.have.members(['event', ...Object.keys(liveMessages)])
    expect(described.event?.messages).to.deep.equal(
      eventTypes.map((type) => ({ $ref: `#/channels/live/messages/event.${type}` })),
    )
    const requests = Object.keys(liveRequests)
    expect(Object.keys(components.messages)).to.have.members([
      ...requests,
      ...requests.map((name) => `${name}.answer`),
      'refusal',
      ...Object.keys(liveMessages),
      ...eventTypes.map((type) => `event.${type}`),
    ])
  })

  it('has an example of every message, which fits its schema', async () => {
    const { components } = await read()
    for (const [name, { payload, examples }] of Object.entries(components.messages)) {
      expect(examples, name).to.have.lengthOf(1)
      for (const example of examples) {
        expect(mistakesOf(example.payload, payload, components.schemas), name).to.deep.equal([])
      }
    }
  })

  it('describes what is really sent', async () => {
    const { messages, schemas } = (await read()).components
    const fits = (name: string, payload: unknown) =>
      expect(mistakesOf(payload, messages[name]?.payload ?? false, schemas), name).to.deep.equal([])
    const acme = await anOrganisation()
    const ada = await acme.add('manager')
    const live = await connectLive(ada)
    fits('subscribe.answer', await live.subscribe(acme.id))
    const outsider = (await anOrganisation()).id
    fits('refusal', await live.socket.emitWithAck('subscribe', { organisation: outsider }))
    const path = `/organisations/${acme.id}/members/${ada.member}`
    await acme.admin.api('PATCH', path, { role: 'developer' })
    fits('access', (await live.until(({ name }) => name === 'access')).body)
    await acme.admin.api('PATCH', `/organisations/${acme.id}`, { description: 'Anew' })
    fits('event.organisation.described', (await live.until(eventAt(5))).body)
    await acme.admin.api('DELETE', path)
    fits('revoked', (await live.until(({ name }) => name === 'revoked')).body)
  })
})
