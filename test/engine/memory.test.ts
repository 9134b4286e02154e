import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { startEngineProcess } from './engine-process.ts'

describe('what the engine holds in memory', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('is not each document of an $unwind with all that the document has besides', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const engine = await startEngineProcess(directory)
    const client = await new MongoClient(engine.uri).connect()
    const things = client.db('shop').collection('things')
    const mib = 1024 * 1024
    const highest = async (): Promise<number> => {
      const [, kib] = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${engine.pid}/status`, 'utf8')) ?? []
      return Number(kib) * 1024
    }
    await things.insertOne({ text: 'x'.repeat(8 * mib), parts: Array.from({ length: 100 }, (_, n) => n) })
    const before = await highest()
    // The hundred are 800 MiB as they are sent.
    const cursor = things.aggregate([{ $unwind: '$parts' }])
    expect((await cursor.next())?.parts).to.equal(0)
    await cursor.close()
    expect((await highest()) - before).to.be.below(400 * mib)
    await client.close()
    await engine.stop()
    await rm(directory, { recursive: true })
  })
})
