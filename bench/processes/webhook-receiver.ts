/** Takes webhooks as fast as they come, or never answers, as their path says. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicMs, serve } from './serve.ts'

let times: number[] = []
let last: { readonly headers: Record<string, string>; readonly body: object } | undefined
const patienceMs = 120_000
const waiting = new Set<() => void>()

const http = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/hangs') return
    times.push(monotonicMs())
    if (last === undefined) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) =>
          /^(content-type|user-agent|webhook-)/.test(name) ? [[name, String(value)]] : [],
        ),
      )
      last = { headers, body: JSON.parse(Buffer.concat(chunks).toString()) }
    }
    response.writeHead(204).end()
    for (const look of waiting) look()
  })
  // Hung up by a sender that has waited long enough.
  request.on('error', () => undefined)
})
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const { port } = http.address() as AddressInfo

serve({
  url: () => `http://127.0.0.1:${port}`,
  reset() {
    times = []
    last = undefined
  },
  /** Resolves once so many have come since `reset`. */
  arrived: (count: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`only ${times.length} of ${count} have come`)), patienceMs)
      const look = () => {
        if (times.length < count) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    }),
  /** When they came, since `reset`. */
  times: () => times,
  /** One of them, to post the same by other means. */
  example: () => last,
})
