import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Engine, startEngine } from '@rolecall/embedded-mongo'
import { Long, ObjectId } from 'bson'
import { expect } from 'chai'
import { MongoClient } from 'mongodb'
import { holderOf } from '../../packages/embedded-mongo/src/engine/directory-lock.ts'
import { metaKey } from '../../packages/embedded-mongo/src/storage/keys.ts'
import { openStore } from '../../packages/embedded-mongo/src/storage/store.ts'
import { startEngineProcess } from './engine-process.ts'
import { exhaustAllowed, message, wireClient } from './wire-client.ts'

describe("the engine's life", () => {
  let directory = ''

  beforeEach(async () => {
    // Without capitals: the socket lies in it.
    directory = join(tmpdir(), `rolecall-engine-${randomBytes(6).toString('hex')}`)
    await mkdir(directory)
  })
  afterEach(() => rm(directory, { recursive: true }))

  const messageOf = (starting: Promise<unknown>): Promise<string> =>
    starting.then(
      () => 'it started',
      (error: Error) => error.message,
    )
  const pathIn = (uri: string): string => decodeURIComponent(uri.split('/')[2] ?? '')

  it('keeps data from one start to the next', async () => {
    for (const expected of [0, 1, 2]) {
      const engine = await startEngine({ directory })
      const client = await new MongoClient(engine.uri).connect()
      expect(await client.db('a').collection('b').countDocuments()).to.equal(expected)
      await client.db('a').collection('b').insertOne({})
      await client.close()
      await engine.stop()
    }
  })

  it('listens in a folder that only its owner may enter', async () => {
    const engine = await startEngine({ directory })
    const socket = pathIn(engine.uri)
    expect((await stat(dirname(socket))).mode & 0o777).to.equal(0o700)
    expect((await stat(socket)).isSocket()).to.equal(true)
    expect((await stat(join(directory, 'engine.lock'))).mode & 0o777).to.equal(0o600)
    await engine.stop()
    expect(await stat(socket).catch((error: { code: string }) => error.code)).to.equal('ENOENT')
    expect(await readdir(directory)).to.not.include('engine.lock')
  })

  for (const [title, name] of [
    ['is too long for a socket', 'x'.repeat(120)],
    ['has capitals', 'Data'],
    ['has spaces and letters of all kinds', 'größe 数据'],
  ]) {
    it(`works where the path of its data ${title}`, async () => {
      const place = join(directory, name ?? '')
      await mkdir(place)
      const engine = await startEngine({ directory: place })
      const client = await new MongoClient(engine.uri).connect()
      expect((await client.db('a').command({ ping: 1 })).ok).to.equal(1)
      await client.close()
      await engine.stop()
    })
  }

  // Where the path has capitals, the socket lies elsewhere.
  for (const name of ['data', 'Data']) {
    it(`refuses a directory that another process uses, and leaves that process in peace: ${name}`, async () => {
      const place = join(directory, name)
      const other = await startEngineProcess(place)
      for (const _ of [1, 2]) {
        const message = await messageOf(startEngine({ directory: place }))
        expect(message).to.include(`process ${other.pid}`).and.to.include(place)
      }
      const client = await new MongoClient(other.uri).connect()
      expect((await client.db('a').command({ ping: 1 })).ok).to.equal(1)
      await client.close()
      await other.stop()
      const engine = await startEngine({ directory: place })
      await engine.stop()
    })
  }

  it('takes over what a killed process has left, though its process id may live again', async () => {
    const other = await startEngineProcess(directory)
    await other.kill()
    const file = join(directory, 'engine.lock')
    // As if this process had got the id of the killed one.
    const left = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...left, pid: process.pid }))
    const engine = await startEngine({ directory })
    await engine.stop()
    await writeFile(file, 'cut o')
    const again = await startEngine({ directory })
    await again.stop()
  })

  it('takes over from a process that was killed while it took over itself', async () => {
    const other = await startEngineProcess(directory)
    await other.kill()
    const file = join(directory, 'engine.lock')
    for (const left of [await readFile(file, 'utf8'), '']) {
      await writeFile(`${file}.takeover`, left)
      const engine = await startEngine({ directory })
      await engine.stop()
      expect((await readdir(directory)).filter((name) => name.includes('takeover'))).to.deep.equal([])
      await writeFile(file, 'cut o')
    }
  })

  it('lets one of several that start at once have the directory', async () => {
    const other = await startEngineProcess(directory)
    await other.kill()
    const started = await Promise.allSettled(Array.from({ length: 4 }, () => startEngine({ directory })))
    const engines = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(engines).to.have.length(1)
    await engines[0]?.stop()
  })

  it('refuses data of a newer format, and leaves them as they are', async () => {
    const engine = await startEngine({ directory })
    await engine.stop()
    const file = join(directory, 'data.lmdb')
    const store = openStore(file, (error) => {
      throw error
    })
    await store.write((transaction) => transaction.put(metaKey('format'), Buffer.from('2')))
    await store.close()
    const before = await readFile(file)
    expect(await messageOf(startEngine({ directory }))).to.match(/format 2.*reads format 1.*Nothing was changed/)
    expect(await readFile(file)).to.deep.equal(before)
  })

  it('stops once though it is told twice, and does not call that a failure', async () => {
    const engine = await startEngine({ directory })
    let hasFailed = false
    void engine.failed.then(() => {
      hasFailed = true
    })
    await engine.stop()
    await engine.stop()
    expect(hasFailed).to.equal(false)
  })

  it('ends though it cannot be closed in order, and says why', async () => {
    const engine = await startEngine({ directory })
    const file = join(directory, 'engine.lock')
    await rm(file)
    await mkdir(file)
    expect(await messageOf(engine.stop())).to.include(file)
  })

  it('can be seen to have its directory until it has closed the data', async () => {
    // It is still cutting its log when it is told to stop.
    const engine = await startEngine({ directory, oplogBytes: 10_000 })
    const client = await new MongoClient(engine.uri).connect()
    const texts = Array.from({ length: 300 }, () => ({ text: 'x'.repeat(50_000) }))
    await Promise.all(texts.map((document) => client.db('a').collection('b').insertOne(document)))
    await client.close()
    const lock = join(directory, 'engine.lock')
    const stopped = engine.stop()
    // As another process does that starts meanwhile, and would take over a lock whose holder does not answer.
    while (existsSync(lock)) {
      if ((await holderOf(directory)) === undefined) expect(existsSync(lock), 'a lock that looks left').to.equal(false)
    }
    await stopped
  })

  /** A client that was answered more than a socket's buffer holds, and has read no more than the beginning. */
  const behind = async (engine: Engine): Promise<{ socket: Socket; read: Buffer[] }> => {
    const client = await new MongoClient(engine.uri).connect()
    await client
      .db('a')
      .collection('b')
      .insertOne({ text: 'x'.repeat(1_000_000) })
    await client.close()
    const socket = connect({ path: pathIn(engine.uri) })
    socket.write(message({ find: 'b', $db: 'a' }))
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    return { socket, read: [first] }
  }

  it('tells a client that reads all that was answered before it stops', async () => {
    const engine = await startEngine({ directory })
    const { socket, read } = await behind(engine)
    const idle = await wireClient(engine.uri)
    expect((await idle.ask({ ping: 1, $db: 'a' })).body.ok).to.equal(1)
    const stopped = engine.stop()
    await idle.closed
    socket.on('data', (chunk: Buffer) => read.push(chunk))
    socket.resume()
    await once(socket, 'close')
    const answer = Buffer.concat(read)
    expect(answer.length).to.equal(answer.readInt32LE(0)).and.to.be.above(1_000_000)
    await stopped
  })

  it('does not wait for ever for a client that does not read', async () => {
    const engine = await startEngine({ directory })
    const { socket } = await behind(engine)
    await engine.stop()
    socket.destroy()
  })
  it('ends a stream of hellos by one more when it stops', async () => {
    const engine = await startEngine({ directory })
    const wire = await wireClient(engine.uri)
    // Of an engine before this one, so that the first answer comes at once.
    const topologyVersion = { processId: new ObjectId(), counter: Long.ZERO }
    const hello = { hello: 1, topologyVersion, maxAwaitTimeMS: 600_000, $db: 'admin' }
    expect((await wire.ask(hello, { flags: exhaustAllowed })).moreToCome).to.equal(true)
    await engine.stop()
    await wire.closed
    const last = await wire.next()
    expect(last).to.include({ moreToCome: false }).and.to.have.nested.property('body.ok', 1)
  })
})
