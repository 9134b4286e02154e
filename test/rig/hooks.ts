import type { Context } from 'mocha'
import { checkServerLog, noteTest } from './server-log.ts'
import { tearDown } from './teardown.ts'

/** For every run of mocha, whichever files it has. */
export const mochaHooks = {
  beforeEach(this: Context): void {
    noteTest(this.currentTest?.fullTitle() ?? 'outside of tests')
  },
  async afterAll(this: Context): Promise<void> {
    // Everything that a run has left open, one after the other.
    this.timeout(300_000)
    await tearDown()
    checkServerLog()
  },
}
