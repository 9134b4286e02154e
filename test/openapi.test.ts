import { type Operation, operations } from '@rolecall/contract'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { sharedServer } from './rig/server.ts'

interface Described {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly unknown[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> }
  readonly responses: Record<string, { readonly headers?: object; readonly content?: Record<string, unknown> }>
}

interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Described>>
  readonly components: { readonly schemas: Record<string, object> }
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
