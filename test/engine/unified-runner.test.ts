import { expect } from 'chai'
import type { Document } from 'mongodb'
import { useEngine } from './running-engine.ts'
import { type Operation, type Test, type TestFile, Unknown } from './unified/format.ts'
import { Mismatch } from './unified/match.ts'
import { reasonToSkip, runTest } from './unified/runner.ts'
import { connectTo, type Server } from './unified/server.ts'

const client = { client: { id: 'client0', observeEvents: ['commandStartedEvent'] } }
const entities = [
  client,
  { database: { id: 'database0', client: 'client0', databaseName: 'runner' } },
  { collection: { id: 'things', database: 'database0', collectionName: 'things' } },
]
const data = { databaseName: 'runner', collectionName: 'things', documents: [{ _id: 1, a: { b: 1 } }] }
const file: TestFile = {
  description: 'of the runner itself',
  schemaVersion: '1.0',
  createEntities: entities,
  initialData: [data],
  tests: [],
}

const insert = (document: Document, more: Partial<Operation> = {}): Operation => ({
  name: 'insertOne',
  object: 'things',
  arguments: { document },
  ...more,
})
const find = (expectResult: unknown): Operation => ({
  name: 'find',
  object: 'things',
  arguments: { filter: {} },
  expectResult,
})
const started = (...commands: readonly Document[]): Partial<Test> => ({
  expectEvents: [{ client: 'client0', events: commands.map((event) => ({ commandStartedEvent: event })) }],
})

/** What a test says that is not so, or that nobody knows: the runner must not let it pass. */
const wrong: Readonly<Record<string, Partial<Test>>> = {
  'another result': { operations: [find([{ _id: 2 }])] },
  'fewer documents': { operations: [find([])] },
  'fewer inner fields': { operations: [find([{ a: {} }])] },
  'a field that is not there': { operations: [find([{ _id: 1, c: 1 }])] },
  'another type': { operations: [find([{ _id: { $$type: 'string' } }])] },
  'nothing where something is': { operations: [find([{ a: { $$exists: false } }])] },
  'no error where there is one': { operations: [insert({ _id: 1 })] },
  'an error where there is none': { operations: [insert({ _id: 2 }, { expectError: { isError: true } })] },
  'another code of the error': { operations: [insert({ _id: 1 }, { expectError: { errorCode: 5 } })] },
  'an error of the client': { operations: [insert({ _id: 1 }, { expectError: { isClientError: true } })] },
  'a label that the error has not': {
    operations: [insert({ _id: 1 }, { expectError: { errorLabelsContain: ['RetryableWriteError'] } })],
  },
  'an event that does not come': { operations: [insert({ _id: 2 })], ...started({}, {}) },
  'no event where one comes': { operations: [insert({ _id: 2 })], ...started() },
  'another command': { operations: [insert({ _id: 2 })], ...started({ commandName: 'update' }) },
  'another command within': {
    operations: [insert({ _id: 2 })],
    ...started({ command: { documents: [{ _id: 3 }] } }),
  },
  'another outcome': { operations: [], outcome: [{ ...data, documents: [{ _id: 1 }] }] },
  'no fail point at all': {
    operations: [
      {
        name: 'failPoint',
        object: 'testRunner',
        arguments: { client: 'client0', failPoint: { configureFailPoint: 'nonsense', mode: 'alwaysOn' } },
      },
    ],
  },
}

const unknown: Readonly<Record<string, Partial<Test>>> = {
  'an operation': { operations: [{ name: 'guess', object: 'things' }] },
  'an operation of the runner': { operations: [{ name: 'guess', object: 'testRunner' }] },
  'an argument': { operations: [insert({ _id: 2 }, { arguments: { document: { _id: 2 }, guess: 1 } })] },
  'a part of an operation': { operations: [{ ...insert({ _id: 2 }), guess: 1 } as Operation] },
  'a part of a test': { operations: [], guess: 1 } as Partial<Test>,
  'an operator': { operations: [find([{ _id: { $$guess: 1 } }])] },
  'an assertion of an error': { operations: [insert({ _id: 1 }, { expectError: { guess: true } })] },
  'an event': {
    operations: [insert({ _id: 2 })],
    expectEvents: [{ client: 'client0', events: [{ guessEvent: {} }] }],
  },
  'a property of an event': { operations: [insert({ _id: 2 })], ...started({ guess: 1 }) },
  'an entity': { operations: [{ name: 'find', object: 'others', arguments: { filter: {} } }] },
  'a kind of entity': {
    operations: [
      { name: 'createEntities', object: 'testRunner', arguments: { entities: [{ guess: { id: 'guess0' } }] } },
    ],
  },
  'an entity of a name that is taken': {
    operations: [{ name: 'createEntities', object: 'testRunner', arguments: { entities: [client] } }],
  },
}

describe("the runner of MongoDB's own tests", () => {
  let server: Server
  // Ahead of the hook that stops the engine: a client that ends after its server may look for another for 30 s.
  after(() => server.close())
  const { engine } = useEngine({ testCommands: true })
  before(async () => {
    server = await connectTo(engine().uri)
  })

  const run = (test: Partial<Test>): Promise<unknown> =>
    runTest(file, { description: 'a test', operations: [], ...test }, server).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('lets pass what is so', async () => {
    const outcome = [{ ...data, documents: [{ a: { b: 1 }, _id: 1 }, { _id: 2 }] }]
    const command = { insert: 'things', lsid: { $$exists: true }, writeConcern: { $$exists: false } }
    const events = started({ commandName: 'insert', databaseName: 'runner', command })
    expect(await run({ operations: [insert({ _id: 2 })], outcome, ...events })).to.equal(undefined)
    const refused = { errorCode: 11000, errorContains: 'DUPLICATE', errorLabelsOmit: ['RetryableWriteError'] }
    expect(await run({ operations: [insert({ _id: 1 }, { expectError: refused })] })).to.equal(undefined)
  })

  for (const [what, test] of Object.entries(wrong)) {
    it(`fails a test that expects ${what}`, async () => {
      const error = await run(test)
      expect(error).to.be.instanceOf(Error)
      if (error instanceof Unknown) throw error
    })
  }

  for (const [what, test] of Object.entries(unknown)) {
    it(`fails a test with ${what} that it does not know`, async () => {
      expect(await run(test)).to.be.instanceOf(Unknown)
    })
  }

  it('counts an error of its own never as one that is expected', async () => {
    const inner = { ...insert({ _id: 2 }), expectError: { isError: true } }
    const callback = [{ ...inner, arguments: { ...inner.arguments, session: 'session0' } }]
    const found = await run({
      operations: [
        {
          name: 'createEntities',
          object: 'testRunner',
          arguments: { entities: [{ session: { id: 'session0', client: 'client0' } }] },
        },
        { name: 'withTransaction', object: 'session0', arguments: { callback }, expectError: { isError: true } },
      ],
    })
    expect(found).to.be.instanceOf(Mismatch)
  })

  it('leaves out what is for another server, and says which', () => {
    const test = { description: 'a test', operations: [] }
    const needing = (...runOnRequirements: NonNullable<Test['runOnRequirements']>) =>
      reasonToSkip(file, { ...test, runOnRequirements }, server)
    expect(needing({ minServerVersion: '7.0' })).to.equal(undefined)
    expect(needing({ minServerVersion: '7.0.1' })).to.equal('a server of version 7.0.1 or later')
    expect(needing({ maxServerVersion: '6' }, { topologies: ['replicaset'] })).to.equal(undefined)
    expect(needing({ topologies: ['sharded', 'single'] })).to.equal('a topology of sharded or single')
    expect(needing({ auth: true }, { csfle: true })).to.equal('signing in, or encryption in the client')
    expect(() => needing({ guess: true } as Document)).to.throw(Unknown)
  })
})
