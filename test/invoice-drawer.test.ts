import { amountsOf } from '@rolecall/contract'
import { expect } from 'chai'
import type { InvoiceDocument } from '../server/src/billing/documents.ts'
import { createDrawer } from '../server/src/billing/pdf/drawer.ts'
import { atEnd } from './rig/teardown.ts'

function anInvoice(): InvoiceDocument {
  const line = { description: 'Hosting', quantity: 1, unitPriceMinor: 100, taxBasisPoints: 0 }
  const { lines, taxes, ...sums } = amountsOf([line])
  return {
    _id: 'ivc_1',
    organisation: 'org_1',
    issuer: 'organisation',
    state: 'draft',
    currency: 'EUR',
    ...sums,
    lines: lines.map((amounts) => ({ ...line, ...amounts })),
    taxes: [...taxes],
    note: '',
    createdAt: new Date(),
  }
}

const beginning = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 5)).toString()

describe('the thread that draws invoices', () => {
  it('goes on after one that cannot be drawn, and begins again when it has ended', async function () {
    this.timeout(60_000)
    const drawer = createDrawer()
    atEnd(() => drawer.stop())
    const { lines: _, ...broken } = anInvoice()
    const [one, failure, other] = await Promise.allSettled([
      drawer.draw(anInvoice()),
      drawer.draw(broken as InvoiceDocument),
      drawer.draw(anInvoice()),
    ])
    expect([one.status, failure.status, other.status]).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    const waiting = drawer.draw(anInvoice()).catch((error: Error) => error.message)
    await drawer.stop()
    expect(await waiting).to.match(/ended with/)
    expect(beginning(await drawer.draw(anInvoice()))).to.equal('%PDF-')
  })
})
