/** Mocha's spec reporter, which also writes down the counts for scripts/test.mjs, and what keeps the process alive. */
const { writeFileSync } = require('node:fs')
const Mocha = require('mocha')

const patienceMs = 10_000

module.exports = class Reporter extends Mocha.reporters.Spec {
  done(failures, finish) {
    const { passes, pending } = this.stats
    const file = process.env.ROLECALL_TEST_SUMMARY
    if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }))
    setTimeout(() => console.log(`still open after the tests: ${whatIsOpen()}`), patienceMs).unref()
    finish(failures)
  }
}

function whatIsOpen() {
  // Node has no public way to ask for the handles themselves; the kinds alone say too little.
  const handles = process._getActiveHandles?.() ?? []
  return JSON.stringify([...process.getActiveResourcesInfo(), ...handles.map(inWords)])
}

function inWords(handle) {
  const { localPort, remotePort, spawnargs, listening } = handle
  const address = listening ? handle.address?.() : undefined
  return { kind: handle.constructor?.name, localPort, remotePort, spawnargs, address }
}
