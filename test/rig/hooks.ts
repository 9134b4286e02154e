import type { Context } from 'mocha'
import { checkServerLog, noteTest } from './server-log.ts'
import { tearDown } from './teardown.ts'

/** For every run of mocha, whichever files it has. */
export const mochaHooks = {
  beforeEach(this: Context): void {
    noteTest(this.currentTest?.fullTitle() ?? 'outside of tests')
  },
  async afterAll(): Promise<void> {
    await tearDown()
    checkServerLog()
  },
}
