import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { atEnd } from './teardown.ts'

type Addresses = Readonly<Record<'A' | 'AAAA', readonly string[]>>

const types: Readonly<Record<number, keyof Addresses>> = { 1: 'A', 28: 'AAAA' }

/** A real DNS server: answers each question as told, with NXDOMAIN where that is nothing, or not at all. */
export async function aNameServer(answer: (name: string) => Addresses | 'unknown' | 'silent') {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query)
    const said = answer(name)
    if (said === 'silent') return
    const records = said === 'unknown' || type === undefined ? [] : said[type].map((one) => recordOf(one))
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(said === 'unknown' ? 0x8183 : 0x8180, 2)
    header.writeUInt16BE(records.length, 6)
    header.fill(0, 8, 12)
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const close = new Promise((done) => socket.once('close', done))
  atEnd(async () => {
    socket.close()
    await close
  })
  return {
    /** One that asks this server alone. */
    resolver(timeoutMs = 2000): Resolver {
      const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
      resolver.setServers([`127.0.0.1:${socket.address().port}`])
      return resolver
    },
  }
}

function questionOf(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: types[query.readUInt16BE(at + 1)], end: at + 5 }
}

/** Of the name that was asked for, for no time at all. */
function recordOf(address: string): Buffer {
  const bytes = address.includes(':')
    ? Buffer.from(wholeGroups(address).flatMap((group) => [group >>> 8, group & 255]))
    : Buffer.from(address.split('.').map(Number))
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(address.includes(':') ? 28 : 1, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, bytes])
}

function wholeGroups(address: string): number[] {
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''))
  const between = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0')
  return [...(before ?? []), ...between, ...(after ?? [])].map((group) => Number.parseInt(group, 16))
}
