import type { Context, Suite } from 'mocha'
import { checkServerLog, noteTest } from './server-log.ts'
import { tearDownFile, tearDownRun } from './teardown.ts'

/** Many things, closed one after the other. */
const patienceMs = 300_000

/** For every run of mocha, whichever files it has. */
export const mochaHooks = {
  beforeAll(this: Context): void {
    const suites = this.test?.parent?.suites ?? []
    const lastOfFiles = new Map(suites.map((suite) => [suite.file, suite]))
    for (const suite of lastOfFiles.values()) tearDownAfter(suite)
  },
  beforeEach(this: Context): void {
    noteTest(this.currentTest?.fullTitle() ?? 'outside of tests')
  },
  async afterAll(this: Context): Promise<void> {
    this.timeout(patienceMs)
    await tearDownRun()
    checkServerLog()
  },
}

function tearDownAfter(suite: Suite): void {
  suite.afterAll('of what the file has opened', async function () {
    this.timeout(patienceMs)
    await tearDownFile()
  })
}
