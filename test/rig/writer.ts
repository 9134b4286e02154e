/**
 * Writers for runs in which servers, networks and databases fail. Each adds a person to an organisation and removes
 * them again, repeats what was not answered until it is, and notes what it was told on the way.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Answer, Api } from './people.ts'
import { unique } from './people.ts'
import type { Reader } from './reader.ts'
import { atEnd } from './teardown.ts'

/** What a request that was not done came to; `lost` is a connection that broke. */
type Failure = 'unavailable' | 'unknown' | 'lost'

interface Made {
  readonly type: 'member.added' | 'member.removed'
  readonly member: string
  /** Position that the answer named; undefined where a repetition found it done. */
  readonly seq: number | undefined
  readonly failures: readonly Failure[]
}

export interface Writer {
  readonly made: Made[]
  /** How long each answer took that said 503. */
  readonly refusedAfterMs: number[]
  /** Rejects when it was told what cannot be. */
  readonly working: Promise<void>
  /** Ends after the change that is under way, and resolves when it was answered. */
  stop(): Promise<void>
}

/** `api` is asked anew for each request: the server may have moved. `look` is called after each removal. */
export function aWriter(
  api: () => Api,
  organisation: string,
  email: string,
  look: () => Promise<void> = async () => undefined,
): Writer {
  const made: Made[] = []
  const refusedAfterMs: number[] = []
  let isStopping = false
  let isOver = false

  async function insist(
    send: () => Promise<Answer>,
    isDone: (answer: Answer) => boolean,
  ): Promise<{ answer: Answer; failures: Failure[] }> {
    const failures: Failure[] = []
    for (;;) {
      const sentAt = performance.now()
      const answer = await send().catch(() => undefined)
      if (answer !== undefined && answer.status !== 503) {
        expect(isDone(answer), `${answer.status} ${answer.text}`).to.equal(true)
        return { answer, failures }
      }
      if (answer === undefined) failures.push('lost')
      else {
        refusedAfterMs.push(performance.now() - sentAt)
        failures.push(answer.body.outcome === 'unknown' ? 'unknown' : 'unavailable')
      }
      if (isOver) throw new Error('the run ended')
      await pause(20 + Math.random() * 80)
    }
  }

  const mayBeDone = (failures: readonly Failure[]) => failures.some((failure) => failure !== 'unavailable')
  const seqOf = ({ headers }: Answer) => Number(headers.get('Rolecall-Seq'))

  async function add(): Promise<string> {
    const key = unique('key').replace(' ', '-')
    const { answer, failures } = await insist(
      () =>
        api()(
          'POST',
          `/organisations/${organisation}/members`,
          { email, role: 'developer' },
          { 'Idempotency-Key': key },
        ),
      ({ status }) => status === 201,
    )
    const isRepeated = answer.headers.get('Idempotency-Replayed') === 'true'
    if (isRepeated) expect(mayBeDone(failures), 'done, though it was refused').to.equal(true)
    made.push({ type: 'member.added', member: answer.body.id, seq: seqOf(answer), failures })
    return answer.body.id
  }

  async function remove(member: string): Promise<void> {
    const { answer, failures } = await insist(
      () => api()('DELETE', `/organisations/${organisation}/members/${member}`),
      ({ status }) => status === 204 || status === 404,
    )
    if (answer.status === 404) expect(mayBeDone(failures), 'gone, though it was refused').to.equal(true)
    made.push({ type: 'member.removed', member, seq: answer.status === 204 ? seqOf(answer) : undefined, failures })
    if (answer.status === 204) await look()
  }

  async function work(): Promise<void> {
    while (!isStopping) await remove(await add())
  }

  atEnd(async () => {
    isStopping = true
    isOver = true
  })
  const working = work()
  // Whoever stops it hears of a failure.
  working.catch(() => undefined)
  return {
    made,
    refusedAfterMs,
    working,
    async stop() {
      isStopping = true
      await working
    },
  }
}

const progress = (writers: readonly Writer[]) => writers.reduce((sum, { made }) => sum + made.length, 0)

/** Resolves once the writers have seen so many more changes done. Rejects as soon as one was told what cannot be. */
export async function progressed(writers: readonly Writer[], by: number): Promise<void> {
  const wanted = progress(writers) + by
  while (progress(writers) < wanted) await Promise.race([pause(20), ...writers.map(({ working }) => working)])
}

export interface Logged {
  readonly seq: number
  readonly type: string
  readonly cursor: string
  // What a test reads out of an event is for its assertions to check.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data: any
}

/** The whole log of an organisation, page by page. */
export async function readLog(api: Api, organisation: string): Promise<Logged[]> {
  const events: Logged[] = []
  for (let after = ''; ; ) {
    const { status, text, body } = await api('GET', `/organisations/${organisation}/events?limit=200${after}`)
    expect(status, text).to.equal(200)
    events.push(...body.data)
    if (body.next === undefined) return events
    after = `&after=${encodeURIComponent(body.next)}`
  }
}

/** Lets the writers finish, and holds what they and the readers were told against the log. Answers the log. */
export async function settle(
  api: Api,
  organisation: string,
  from: number,
  { writers, readers }: { readonly writers: readonly Writer[]; readonly readers: readonly Reader[] },
): Promise<Logged[]> {
  for (const writer of writers) await writer.stop()
  const events = await readLog(api, organisation)
  checkWrites(events, from, writers)
  const expected = events.filter(({ seq }) => seq > from).map(({ seq }) => seq)
  for (const reader of readers) {
    await reader.until(expected.at(-1) ?? 0)
    expect(reader.seqs, 'each event once and in order, over all connections').to.deep.equal(expected)
    expect(reader.resyncs).to.deep.equal([])
    reader.close()
  }
  return events
}

/** Holds the log against what its writers were told: each change once, where its answer said, and nothing else. */
function checkWrites(events: readonly Logged[], from: number, writers: readonly Writer[]): void {
  const made = writers.flatMap((writer) => writer.made)
  const since = events.filter(({ seq }) => seq > from)
  const places = new Map<string, number[]>()
  for (const { seq, type, data } of since) {
    const key = `${type} ${data.member?.id}`
    places.set(key, [...(places.get(key) ?? []), seq])
  }
  for (const { type, member, seq, failures } of made) {
    const found = places.get(`${type} ${member}`)
    expect(found, `${type} ${member} after ${failures.join(', ')}`).to.have.lengthOf(1)
    if (seq !== undefined) expect(found).to.deep.equal([seq])
  }
  expect(since.map(({ seq }) => seq)).to.deep.equal(Array.from({ length: made.length }, (_, index) => from + index + 1))
}

/** What the writers met, for people. */
export function describeWrites(writers: readonly Writer[]): string {
  const counts = { unavailable: 0, unknown: 0, lost: 0 }
  for (const { made } of writers) for (const { failures } of made) for (const failure of failures) counts[failure] += 1
  const { unavailable, unknown, lost } = counts
  return `${progress(writers)} changes, ${unavailable} times refused, ${unknown} times of unknown outcome, ${lost} times broken off`
}
