import { type Operation, operations } from '@rolecall/contract'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { type Definitions, mistakesOf, type Schema } from './rig/json-schema.ts'
import { sharedServer } from './rig/server.ts'

type Content = Record<string, { readonly schema: Schema; readonly example?: unknown }>

interface Described {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly security: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Record<string, { readonly headers?: object; readonly content?: Content }>
}

interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Described>>
  readonly components: { readonly schemas: Definitions }
}

async function read(): Promise<Document> {
  const { url } = await sharedServer()
  const answer = await fetch(`${url}/openapi.json`)
  expect(answer.headers.get('content-type')).to.match(/^application\/json/)
  return answer.json()
}

const all = Object.entries(operations).flatMap(([feature, table]) =>
  Object.entries<Operation>(table).map(([name, operation]) => [`${feature}.${name}`, operation] as const),
)

describe('/openapi.json', () => {
  it('is a valid document of OpenAPI 3.1', async () => {
    const document = await read()
    const { valid, errors } = await new Validator().validate({ ...document })
    expect(errors).to.equal(undefined)
    expect(valid).to.equal(true)
    expect(document.openapi).to.equal('3.1.0')
  })

  it('describes every operation of the contract, and nothing else', async () => {
    const { paths } = await read()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    )
    const expected = all.map(([id, { method, path }]) => `${id} ${method} /v1${path}`)
    expect(described.sort()).to.deep.equal(expected.sort())
  })

  for (const [id, operation] of all) {
    it(`says of ${id} what it needs, takes and answers`, async () => {
      const { paths } = await read()
      const described = paths[`/v1${operation.path}`]?.[operation.method.toLowerCase()]
      if (described === undefined) throw new Error('it is not described')
      expect(described.summary).to.equal(operation.summary)
      expect(described.security).to.deep.equal(operation.needs === 'anyone' ? [] : [{ accessToken: [] }])

      const namesIn = (place: string) =>
        (described.parameters ?? []).filter((parameter) => parameter.in === place).map(({ name }) => name)
      expect(namesIn('path')).to.deep.equal([...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      const query = [...(operation.query ?? []), ...(operation.previews ? ['dryRun'] : [])]
      expect(namesIn('query').sort()).to.deep.equal(query.sort())
      const isRepeatable = operation.method === 'POST' && operation.needs !== 'anyone'
      expect(namesIn('header')).to.deep.equal(isRepeatable ? ['Idempotency-Key'] : [])

      const success = described.responses[operation.status]
      const media = operation.media ?? 'application/json'
      const formats = operation.status === 204 ? [] : [media, ...(operation.formats ?? [])]
      expect(Object.keys(success?.content ?? {})).to.deep.equal(formats)
      expect(Object.keys(success?.headers ?? {}).includes('Rolecall-Seq')).to.equal(operation.needs !== 'anyone')
      expect(Object.keys(success?.headers ?? {}).includes('Rolecall-Fenced')).to.equal(operation.revokes === true)
      const { default: refusal, ...others } = described.responses
      for (const answer of [
        refusal,
        ...Object.entries(others).flatMap(([status, one]) => (status < '3' ? [] : [one])),
      ]) {
        expect(answer?.content?.['application/problem+json']).to.deep.equal({
          schema: { $ref: '#/components/schemas/Problem' },
        })
      }
      if (operation.needs !== 'anyone') expect(described.responses).to.have.property('401')
    })
  }

  it('says of every list how to read on, or how many there can be', async () => {
    const { paths } = await read()
    const lists = Object.values(paths).flatMap(({ get }) => {
      const schema = get?.responses[200]?.content?.['application/json']?.schema
      const { data, next } =
        (schema as { properties?: Record<string, { type: string; maxItems?: number }> })?.properties ?? {}
      // Of types of events there are as many as the contract has: nobody makes more.
      if (get === undefined || get.operationId === 'events.types' || data?.type !== 'array') return []
      return [{ ...get, data, next }]
    })
    expect(lists).to.have.lengthOf.above(10)
    for (const { operationId, parameters = [], data, next } of lists) {
      if (next === undefined) expect(data.maxItems, operationId).to.be.a('number')
      else
        expect(
          parameters.map(({ name }) => name),
          operationId,
        ).to.include('after')
    }
  })

  it('has an example of everything that is sent and shown, which fits its schema', async () => {
    const { paths, components } = await read()
    for (const { operationId, requestBody, responses } of Object.values(paths).flatMap(Object.values<Described>)) {
      const sent = requestBody === undefined ? [] : [requestBody]
      for (const { content } of [...sent, ...Object.values(responses)]) {
        const json = content?.['application/json']
        if (json === undefined) continue
        expect(json, operationId).to.include.keys('schema', 'example')
        expect(mistakesOf(json.example, json.schema, components.schemas), operationId).to.deep.equal([])
      }
    }
  })

  it('says where another media type needs more', async () => {
    const { paths } = await read()
    expect(paths['/v1/organisations/{organisation}/events']?.get?.description).to.equal(
      'Needs the permission `organisation:read` in the organisation. For text/csv and application/x-ndjson it needs `audit:read`.',
    )
  })

  it('names what is shown more than once', async () => {
    const { components } = await read()
    expect(Object.keys(components.schemas)).to.include.members([
      'Account',
      'Event',
      'Member',
      'Organisation',
      'Problem',
      'Session',
    ])
  })
})
