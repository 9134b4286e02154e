import { expect } from 'chai'
import { startServer } from '../rig/server.ts'
import { atEnd } from '../rig/teardown.ts'

interface Text {
  readonly _id: number
  readonly text: string
}

/** Longer than the driver waits for a sign of life from a database that may be anywhere. */
const silentForMs = 7_000

describe('an embedded engine that works hard', () => {
  it('is not given up for being silent: what it was asked is answered', async function () {
    // The last pattern takes up to twice as long as is waited for, and many times that where V8 interprets it.
    this.timeout(600_000)
    const server = await startServer({ env: { MONGODB_URI: '' } })
    atEnd(() => server.close())
    const texts = server.app.connection.collection<Text>('texts')
    let tookMs = 0
    // Of each letter more such a pattern takes twice as long, and holds the engine’s thread.
    for (let letters = 25; tookMs < silentForMs; letters += 1) {
      await texts.replaceOne({ _id: 1 }, { text: `${'a'.repeat(letters)}b` }, { upsert: true })
      const begunAt = performance.now()
      expect(await texts.findOne({ text: /^(a+)+$/ })).to.equal(null)
      tookMs = performance.now() - begunAt
    }
  })
})
