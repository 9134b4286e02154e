import { expect } from 'chai'
import { useEngine } from './running-engine.ts'
import { expectedFailure, expectedFailures } from './unified/expected-failures.ts'
import { reasonToSkip, runTest } from './unified/runner.ts'
import { connectTo, type Server } from './unified/server.ts'
import { areas, areHere, filesOf, folder } from './unified/specifications.ts'

/** MongoDB's tests of a server by its drivers, on the embedded engine; or on another server, which this names. */
const uri = process.env.ROLECALL_ENGINE_URI

describe("MongoDB's own tests", () => {
  if (!areHere()) {
    it(`cannot be run: they are not in ${folder}, and MONGODB_SPECS names no other folder`, function () {
      this.skip()
    })
    return
  }

  const running = uri === undefined ? useEngine({ testCommands: true }) : undefined
  let server: Server
  before(async () => {
    server = await connectTo(uri ?? running?.engine().uri ?? '')
  })
  after(() => server.close())

  for (const area of areas()) {
    for (const { name, file } of filesOf(area)) {
      describe(name, () => {
        for (const test of file.tests) {
          it(test.description, async function () {
            if (reasonToSkip(file, test, server)) this.skip()
            const expected = expectedFailure(name, test.description)
            if (!expected) return runTest(file, test, server)
            const passed = await runTest(file, test, server).then(
              () => true,
              () => false,
            )
            expect(passed, `expected to fail: ${expected.reason}`).to.equal(false)
          })
        }
      })
    }
  }

  it('fail as expected only where there is such a test', () => {
    const names = areas().flatMap((area) =>
      filesOf(area).flatMap(({ name, file }) => [name, ...file.tests.map((test) => `${name}: ${test.description}`)]),
    )
    const listed = expectedFailures.flatMap(({ tests }) => tests)
    expect(listed.filter((name) => !names.includes(name))).to.deep.equal([])
    expect(new Set(listed).size).to.equal(listed.length)
  })
})
