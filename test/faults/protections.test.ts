import { expect } from 'chai'
import { checkFits, runOnMutant } from '../rig/mutant.ts'
import { protections } from './protections.ts'

const isLong = process.env.ROLECALL_LONG === '1'

describe('a protection that is taken away', () => {
  for (const { name, mutations } of protections) {
    it(`is one that is there: ${name}`, async () => {
      for (const mutation of mutations) await checkFits(mutation)
    })
  }

  for (const { name, mutations, file, grep, isQuick } of protections) {
    if (!isLong && !isQuick) continue
    it(`is missed by ${file}: ${name}`, async function () {
      this.timeout(600_000)
      const { failed } = await runOnMutant(mutations, {
        file,
        ...(grep === undefined ? {} : { grep }),
        timeoutMs: 120_000,
      })
      expect(failed, 'no test has seen it').not.to.deep.equal([])
      console.log(`      seen by “${failed[0]?.title}”: ${failed[0]?.message.split('\n')[0]}`)
    })
  }

  // Else a copy that could not run at all would look like one in which everything is seen.
  const controls = isLong
    ? [{ file: 'test/event-matrix.test.ts' }, { file: 'test/faults/stop.test.ts' }]
    : [{ file: 'test/event-matrix.test.ts', grep: 'member.added' }]
  for (const control of controls) {
    it(`is what is missed: an unchanged copy passes ${control.file}`, async function () {
      this.timeout(300_000)
      const { failed, passed } = await runOnMutant([], { ...control, timeoutMs: 90_000 })
      expect(failed).to.deep.equal([])
      expect(passed).to.be.above(0)
    })
  }
})
