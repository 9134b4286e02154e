/** Mocha's spec reporter, which also writes down the counts for scripts/test.mjs. */
const { writeFileSync } = require('node:fs')
const Mocha = require('mocha')

module.exports = class Reporter extends Mocha.reporters.Spec {
  done(failures, finish) {
    const { passes, pending } = this.stats
    const file = process.env.ROLECALL_TEST_SUMMARY
    if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }))
    finish(failures)
  }
}
