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
  it('goes on after one that cannot be drawn, and begins again when it has ended', async () => {
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

  it('ends one that takes too long, or too much memory, and the others are drawn', async function () {
    this.timeout(300_000)
    const drawer = createDrawer({ timeMs: 8_000, memoryMb: 160, waiting: 10 })
    atEnd(() => drawer.stop())
    const { lines, ...rest } = anInvoice()
    const [line] = lines
    if (line === undefined) throw new Error('there is no line')
    const endless = { ...rest, lines: [{ ...line, description: 'a '.repeat(3_000_000) }] }
    const huge = { ...rest, lines: Array.from({ length: 2_000_000 }, () => ({ ...line })) }
    const ended = await Promise.allSettled([endless, anInvoice(), huge, anInvoice()].map(drawer.draw))
    expect(ended.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
  })

  it('has so many waiting at most, and says when to come back', async () => {
    const drawer = createDrawer({ timeMs: 15_000, memoryMb: 256, waiting: 2 })
    atEnd(() => drawer.stop())
    const drawn = await Promise.allSettled([1, 2, 3].map(() => drawer.draw(anInvoice())))
    expect(drawn.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected'])
    const [, , third] = drawn
    expect(third?.status === 'rejected' && third.reason).to.deep.include({ code: 'unavailable', retryAfterSeconds: 2 })
  })

  it('draws one of as many lines as it can have within its time', async () => {
    const drawer = createDrawer()
    atEnd(() => drawer.stop())
    const { lines, ...rest } = anInvoice()
    const [line] = lines
    if (line === undefined) throw new Error('there is no line')
    const most = { ...rest, lines: Array.from({ length: 100 }, () => ({ ...line, description: 'wide '.repeat(40) })) }
    expect(beginning(await drawer.draw(most))).to.equal('%PDF-')
  })
})
