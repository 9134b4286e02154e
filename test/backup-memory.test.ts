import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { anOrganisation } from './rig/people.ts'
import { anEmptyFolder, type Program, runProgram } from './rig/program.ts'
import { startServer } from './rig/server.ts'

const megabyte = 1_000_000
/** Of what JavaScript may hold; the embedded engine’s thread for itself as well. */
const heapMb = 64
const isLong = process.env.ROLECALL_LONG === '1'
const dataMb = isLong ? 1_000 : 100
/** Of buffers, which are not of the heap, and given back as they happen to be. */
const maxBufferMb = 250

const perMegabyte = 10
const embedded = { MONGODB_URI: '' }

/** Runs it with little memory, and answers how many bytes its buffers have taken at most. */
async function peakOf(program: Program): Promise<number> {
  const path = join(await anEmptyFolder(), 'peak')
  const preload = new URL('./rig/peak-memory.mjs', import.meta.url).href
  const NODE_OPTIONS = `--max-old-space-size=${heapMb} --import=${preload}`
  const { code, stderr } = await runProgram({ ...program, env: { NODE_OPTIONS, PEAK_MEMORY_FILE: path } })
  expect([code, stderr]).to.deep.equal([0, ''])
  return Number(await readFile(path, 'utf8'))
}

/** What can hardly be compressed, in fields of which each is an object once it is read. */
const aDocument = (_id: number) => ({
  _id,
  fields: Array.from({ length: 200 }, (_, index) => ({ index, text: randomBytes(250).toString('hex') })),
})

describe('the memory of a backup and of its restore', function () {
  this.timeout(900_000)

  it('is bounded: data of several times of it go through', async () => {
    const dataDir = await anEmptyFolder()
    const server = await startServer({ dataDir, env: embedded })
    await anOrganisation({ url: server.url })
    const others = server.app.connection.collection<{ _id: number }>('others')
    for (let first = 0; first < dataMb * perMegabyte; first += 2 * perMegabyte) {
      await others.insertMany(Array.from({ length: 2 * perMegabyte }, (_, index) => aDocument(first + index)))
    }
    await server.close()

    const path = join(await anEmptyFolder(), 'large.backup')
    const target = await anEmptyFolder()
    const peaks = [
      await peakOf({ name: 'backup', args: ['--to', path], dataDir }),
      await peakOf({ name: 'restore', args: ['--from', path], dataDir: target }),
    ]
    expect((await stat(path)).size).to.be.greaterThan((dataMb / 3) * megabyte)
    for (const peak of peaks) expect(peak).to.be.lessThan(maxBufferMb * megabyte)
  })
})
