import { utimesSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runningEngine, startEngine } from '@rolecall/embedded-mongo'
import { expect } from 'chai'
import { lockDirectory } from '../../packages/embedded-mongo/src/engine/directory-lock.ts'

describe("the lock of an engine's directory", () => {
  let directory = ''
  let file = ''
  let holder: Server
  let address: { path: string }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
    file = join(directory, 'engine.lock')
    address = { path: join(directory, 'holder.sock') }
    holder = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => {
      holder.listen(address, resolve)
    })
  })
  afterEach(async () => {
    await new Promise((resolve) => {
      holder.close(resolve)
    })
    await rm(directory, { recursive: true })
  })

  const messageOf = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'it was not refused',
      (error: Error) => error.message,
    )
  const held = (more: object = {}): string =>
    JSON.stringify({ pid: 4711, host: hostname(), since: '2026-01-01T00:00:00.000Z', address, ...more })
  const mine = { path: 'mine.sock' }

  it('is left to a process that is just writing it', async () => {
    writeFileSync(file, '')
    // So that it is of this moment for a while on a machine that does much else.
    const soon = new Date(Date.now() + 900)
    utimesSync(file, soon, soon)
    const starting = messageOf(lockDirectory(directory, mine))
    writeFileSync(file, held())
    expect(await starting).to.include('in use by process 4711')
    expect(await readFile(file, 'utf8')).to.equal(held())
  })

  it('is taken over where its writer was killed before it had written it, also before the clock was set back', async () => {
    const later = new Date(Date.now() + 60 * 60_000)
    for (const unfinished of [file, `${file}.takeover`]) {
      await writeFile(file, 'cut o')
      await utimes(file, 0, 0)
      await writeFile(unfinished, '')
      await utimes(unfinished, later, later)
      const lock = await lockDirectory(directory, mine)
      lock.release()
      expect(await readdir(directory)).to.deep.equal(['holder.sock'])
    }
  })

  it('that cannot be read is named, with what to do', async () => {
    await mkdir(file)
    for (const ask of [() => startEngine({ directory }), () => runningEngine(directory)]) {
      expect(await messageOf(ask())).to.match(/engine\.lock, which says whether.*cannot be read \(EISDIR.*remove it/)
    }
  })

  for (const [what, text] of [
    ['of another form', '{"version":2,"holder":{"pid":4711}}'],
    ['with an address of another form', '{"pid":4711,"host":"here","since":"2030","address":{"pipe":"a"}}'],
    ['with no object', '[1]'],
  ] as const) {
    it(`of a newer version, ${what}, is not taken for one that a crash left`, async () => {
      await writeFile(file, text)
      await utimes(file, 0, 0)
      for (const ask of [() => startEngine({ directory }), () => runningEngine(directory)]) {
        expect(await messageOf(ask()))
          .to.include(file)
          .and.to.match(/newer version.*remove the file/)
      }
      expect(await readFile(file, 'utf8')).to.equal(text)
    })
  }

  it('of another machine, which cannot be asked, says how to go on', async () => {
    const path = join(tmpdir(), 'elsewhere', 'holder.sock')
    await writeFile(file, held({ host: 'another.example', address: { path } }))
    const message = await messageOf(startEngine({ directory }))
    expect(message).to.include('process 4711 on another.example').and.to.include(`remove ${file} if it is no more`)
  })
})
