import { expect } from 'chai'
import { aDraft } from './rig/billing.ts'
import { anOrganisation } from './rig/people.ts'

describe('an invoice as PDF that waits to be drawn', () => {
  it('E53 is not shown to who may not read it any more once it is', async () => {
    const acme = await anOrganisation()
    const accounting = await acme.add('accounting')
    const line = { description: 'Hosting and care '.repeat(10), quantity: 1, unitPriceMinor: 100, taxBasisPoints: 0 }
    const { path } = await aDraft(acme, { lines: Array.from({ length: 100 }, () => line) })
    const headers = { Authorization: `Bearer ${accounting.session.accessToken}` }
    const statuses: number[] = []
    const reading = Array.from({ length: 8 }, async () => {
      const answer = await fetch(`${accounting.url}/v1${path}/pdf`, { headers })
      statuses.push(answer.status)
      await answer.arrayBuffer()
    })
    // One is drawn after the other, and by then all of them wait.
    await Promise.race(reading)
    await acme.admin.api('DELETE', `/organisations/${acme.id}/members/${accounting.member}`)
    const shown = statuses.length
    await Promise.all(reading)
    // What was being answered in the very moment of the removal may have come after it.
    expect(new Set(statuses.slice(shown + 2))).to.deep.equal(new Set([404]))
  })
})
