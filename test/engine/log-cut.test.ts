import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { type Engine, openEngine } from '../../packages/embedded-mongo/src/engine/engine.ts'
import { checkHistory } from '../../packages/embedded-mongo/src/oplog/change-stream.ts'
import { createOplog } from '../../packages/embedded-mongo/src/oplog/oplog.ts'
import type { Store } from '../../packages/embedded-mongo/src/storage/store.ts'

describe('the log of changes', () => {
  let directory = ''
  let engine: Engine
  let time = Date.now()

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const limits = { oplogBytes: 100_000, oplogAgeMs: 60_000 }
    const clocks = { now: () => time, elapsedMs: () => time }
    engine = await openEngine({ directory, address: 'test.sock', ...clocks, ...limits }, (error) => {
      throw error
    })
  })
  afterEach(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  it('is said to be cut before anything of it is gone, so that no stream reads over the gap', async () => {
    const { commits, store } = engine
    let flush: () => void = () => undefined
    const flushed = new Promise<void>((resolve) => {
      flush = resolve
    })
    const slow: Store = {
      ...store,
      async write(run) {
        const result = await store.write(run)
        await flushed
        return result
      },
    }
    const limits = { bytes: 100_000, ageMs: 60_000 }
    const oplog = await createOplog({ store: slow, commits, now: () => time, ...limits })
    const write = () => commits.run((commit) => commit.record({ kind: 'other', db: 'a', collection: 'b' }))
    const { time: first } = await write()
    time += 61_000
    await write()
    const trimming = oplog.trim()
    while (oplog.entryAt(first)) await setImmediate()
    expect(() => checkHistory(oplog, { time: first, operation: 0 })).to.throw('no longer be in the oplog')
    flush()
    await Promise.all([trimming, oplog.stop()])
  })
})
