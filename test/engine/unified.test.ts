import { expect } from 'chai'
import { useEngine } from './running-engine.ts'
import { expectedFailure, expectedFailures } from './unified/expected-failures.ts'
import { reasonToSkip } from './unified/runner.ts'
import { connectTo, type Server } from './unified/server.ts'
import { areas, areHere, casesOf, folder } from './unified/specifications.ts'
import { verdictOn } from './unified/verdict.ts'

/** MongoDB's tests of a server by its drivers, on the embedded engine; or on another server, which this names. */
const uri = process.env.ROLECALL_ENGINE_URI

/** Of these, the embedded engine claims everything. */
const withoutFailures = [
  'transactions',
  'transactions-convenient-api',
  'sessions',
  'retryable-writes',
  'index-management',
]

describe("MongoDB's own tests", () => {
  if (!areHere()) {
    it(`cannot be run: they are not in ${folder}, and MONGODB_SPECS names no other folder`, function () {
      this.skip()
    })
    return
  }

  let server: Server
  // Ahead of the hook that stops the engine: a client that ends after its server may look for another for 30 s.
  after(() => server.close())
  const running = uri === undefined ? useEngine({ testCommands: true }) : undefined
  before(async () => {
    server = await connectTo(uri ?? running?.engine().uri ?? '')
  })

  const cases = areas().flatMap(casesOf)
  for (const name of new Set(cases.map((tested) => tested.name))) {
    describe(name, () => {
      for (const tested of cases.filter((other) => other.name === name)) {
        it(tested.test.description, async function () {
          const verdict = await verdictOn(tested, server)
          if (verdict.result === 'skipped') this.skip()
          if (verdict.result === 'failed') throw verdict.error
        })
      }
    })
  }

  it('fail as expected only where there is such a test', () => {
    const names = new Set(cases.flatMap(({ name, test }) => [name, `${name}: ${test.description}`]))
    const listed = expectedFailures.flatMap(({ tests }) => tests)
    expect(listed.filter((name) => !names.has(name))).to.deep.equal([])
    expect(new Set(listed).size).to.equal(listed.length)
  })

  it('are expected to fail for at most one in twenty, and where the engine claims everything for none', () => {
    const run = cases.filter(({ file, test }) => reasonToSkip(file, test, server) === undefined)
    const failing = run.filter(({ name, test }) => expectedFailure(name, test.description))
    expect(failing.length).to.be.at.most(run.length / 20)
    expect(failing.filter(({ area }) => withoutFailures.includes(area))).to.deep.equal([])
  })
})
