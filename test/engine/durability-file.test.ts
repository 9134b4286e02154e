import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkData, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { checkDataFile } from '../../packages/embedded-mongo/src/storage/data-file.ts'
import { startEngineProcess } from './engine-process.ts'

const documents = 400
const pageBytes = 4096

describe("the engine's file", () => {
  let original = ''
  let size = 0
  let directory = ''
  let file = ''

  before(async () => {
    original = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    const engine = await startEngine({ directory: original })
    const client = await new MongoClient(engine.uri).connect()
    const things = client.db('shop').collection<{ _id: number; name: string; text: string }>('things')
    await things.createIndex({ name: 1 }, { unique: true })
    const texts = [100, 900, 12_000]
    for (let part = 0; part < 4; part += 1) {
      const ids = Array.from({ length: documents / 4 }, (_, n) => part * (documents / 4) + n)
      await things.insertMany(ids.map((_id) => ({ _id, name: `name ${_id}`, text: 'x'.repeat(texts[_id % 3] ?? 0) })))
      await things.updateMany({ _id: { $lt: 50 } }, { $inc: { changes: 1 } })
    }
    await client.close()
    await engine.stop()
    size = (await stat(join(original, 'data.lmdb'))).size
  })
  after(() => rm(original, { recursive: true }))

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    file = join(directory, 'data.lmdb')
    await copyFile(join(original, 'data.lmdb'), file)
  })
  afterEach(() => rm(directory, { recursive: true }))

  const hash = async (): Promise<string> =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  const flip = async (place: number): Promise<void> => {
    const handle = await open(file, 'r+')
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, place)
    byte[0] = (byte[0] ?? 0) ^ 0xff
    await handle.write(byte, 0, 1, place)
    await handle.close()
  }
  const faultOf = (whole: boolean): string => {
    try {
      checkDataFile(file, { whole })
      return 'none'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  /** In a process of its own: lmdb ends the process if it trusts what is not there. */
  const startOn = async (): Promise<string> => {
    try {
      const engine = await startEngineProcess(directory)
      const client = await new MongoClient(engine.uri).connect()
      const count = await client.db('shop').collection('things').countDocuments({ text: /x$/ })
      await client.close()
      await engine.stop()
      return `${count} documents`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  it('is whole when it was closed, in every page', async () => {
    expect(faultOf(true)).to.equal('none')
    expect(await checkData(original)).to.deep.include({ faults: [] })
  })

  it('is refused where it is cut off, wherever that is, and left as it is', async () => {
    const cuts = [0, 1, 100, pageBytes - 1, pageBytes, pageBytes + 100, 2 * pageBytes, 3 * pageBytes]
    for (let n = 0; n < 60; n += 1) cuts.push(Math.floor(Math.random() * (size - pageBytes)))
    for (const cut of cuts) {
      await copyFile(join(original, 'data.lmdb'), file)
      await truncate(file, cut)
      const before = await hash()
      const fault = faultOf(false)
      // At the end there may be pages that nothing uses.
      if (fault === 'none') expect(faultOf(true), `cut at ${cut}`).to.equal('none')
      else expect(fault, `cut at ${cut}`).to.include('is damaged').and.to.include('Nothing was changed')
      expect(await hash()).to.equal(before)
    }
  })

  it('does not become a new one when it is empty or cut off: a start says so, and changes nothing', async () => {
    for (const cut of [0, 5_000, 8_192, Math.floor(size / 2)]) {
      await copyFile(join(original, 'data.lmdb'), file)
      await truncate(file, cut)
      const before = await hash()
      expect(await startOn(), `cut at ${cut}`).to.include('is damaged')
      expect(await hash()).to.equal(before)
      expect((await readdir(directory)).filter((name) => name.startsWith('engine.lock'))).to.deep.equal([])
    }
  }).timeout(60_000)

  it('is refused, or whole, where it was cut behind the last page that is used', async () => {
    // What a commit took and gave back is not written.
    await truncate(file, size - 1)
    const fault = faultOf(false)
    const started = await startOn()
    expect(started).to.equal(fault === 'none' ? `${documents} documents` : fault)
  })

  it('is refused where its heads or upper pages are damaged', async () => {
    const root = Number((await readFile(file)).readBigUInt64LE(pageBytes / 2 + 136))
    const places = {
      magic: 24,
      version: 28,
      'page size': 49,
      'second magic': pageBytes + 24,
      'commit of the first head': 152,
      'commit of the second head': pageBytes + 152,
      'root of the flushed head': pageBytes / 2 + 136,
      'count of the flushed head': pageBytes / 2 + 130,
      'number of the root page': root * pageBytes,
      'kind of the root page': root * pageBytes + 18,
      'room of the root page': root * pageBytes + 21,
    }
    for (const [title, place] of Object.entries(places)) {
      await copyFile(join(original, 'data.lmdb'), file)
      await flip(place)
      const before = await hash()
      expect(faultOf(title.startsWith('count')), title).to.include('is damaged')
      expect(await hash()).to.equal(before)
    }
  })

  it('is seen to be damaged by the check of every page, where the head of any used page is', async () => {
    const bytes = await readFile(file)
    const isUsed = (page: number): boolean => {
      const kind = bytes.readUInt16LE(page * pageBytes + 18)
      return bytes.readBigUInt64LE(page * pageBytes) === BigInt(page) && (kind === 1 || kind === 2)
    }
    const flushed = bytes.subarray(pageBytes / 2)
    const expected = [56, 64, 104, 112].reduce((sum, place) => sum + Number(flushed.readBigUInt64LE(place)), 0)
    let seen = 0
    for (let page = 2; page < size / pageBytes; page += 1) {
      if (!isUsed(page)) continue
      await flip(page * pageBytes)
      if (faultOf(true) !== 'none') seen += 1
      await flip(page * pageBytes)
    }
    // The others are of former commits, to be used again.
    expect(seen).to.equal(expected).and.to.be.above(20)
  })

  it('is refused if it is of something else', async () => {
    await writeFile(file, 'These are notes, which somebody has put here by mistake.'.repeat(500))
    const before = await hash()
    expect(await startOn()).to.include('is damaged')
    expect(await hash()).to.equal(before)
  })

  it('is made as a whole: what a killed start has left is made anew', async () => {
    const place = join(directory, 'fresh')
    await mkdir(place)
    await writeFile(join(place, 'data.lmdb.new'), 'half of a fi')
    await writeFile(join(place, 'data.lmdb.new-lock'), '')
    const engine = await startEngine({ directory: place })
    await engine.stop()
    const names = (await readdir(place)).filter((name) => name.startsWith('data'))
    expect(names.sort()).to.deep.equal(['data.lmdb', 'data.lmdb-lock'])
    expect((await checkData(place)).faults).to.deep.equal([])
  })
})
