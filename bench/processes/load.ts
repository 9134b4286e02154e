/** Sends requests as fast as they are answered. */
import { Client } from 'undici'
import { monotonicMs, serve } from './serve.ts'

export interface Load {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly method: 'GET' | 'PATCH' | 'POST'
  /** Each connection has its share of them, and asks one after the other. */
  readonly paths: readonly string[]
  /** Sent in turn. */
  readonly bodies?: readonly object[]
  readonly connections: number
  readonly seconds: number
}

export interface Loaded {
  readonly requests: number
  readonly perSecond: number
  readonly medianMs: number
}

async function run({ url, headers, method, paths, bodies = [], connections, seconds }: Load): Promise<Loaded> {
  const took: number[] = []
  const startedAt = monotonicMs()
  const endAt = startedAt + seconds * 1_000
  const texts = bodies.map((body) => JSON.stringify(body))
  const one = async (index: number) => {
    const client = new Client(url)
    const own = paths.filter((_, at) => at % connections === index % paths.length)
    for (let turn = 0; monotonicMs() < endAt; turn += 1) {
      const path = own[turn % own.length] ?? '/'
      const body = texts[Math.floor(turn / own.length) % texts.length] ?? null
      const sentAt = monotonicMs()
      const answer = await client.request({
        method,
        path,
        headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
        body,
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`)
      took.push(monotonicMs() - sentAt)
    }
    await client.close()
  }
  await Promise.all(Array.from({ length: connections }, (_, index) => one(index)))
  const perSecond = (took.length * 1_000) / (monotonicMs() - startedAt)
  took.sort((a, b) => a - b)
  return { requests: took.length, perSecond, medianMs: took[Math.floor(took.length / 2)] ?? Number.NaN }
}

serve({ run })
