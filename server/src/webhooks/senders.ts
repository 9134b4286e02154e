/**
 * Posts what happens to the endpoints of organisations. An endpoint is a cursor over the log: nothing is added to a
 * change, and nothing is called where it is made. The feed wakes those who have something to send; what no event tells
 * of (a retry, a node that died) is looked for every second, and all endpoints that are behind now and then.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { EventData } from '@rolecall/contract'
import type { EventDocument, LogModels } from '../log/documents.ts'
import type { Feed, Follower } from '../log/feed.ts'
import { createGate } from '../sessions/gate.ts'
import { createAfterTheAnswer } from './after-the-answer.ts'
import { createEnabled } from './enabled.ts'
import { createLeases } from './lease.ts'
import { createPlaces } from './places.ts'
import { createRecords } from './record.ts'
import { createRounds, type Waiting } from './rounds.ts'
import { createRunner, type Runner, type RunnerParts } from './runner.ts'

export interface Senders extends Follower {
  /** Once the feed has begun. */
  start(): void
  /** Resolves once nothing is being sent any more. */
  stop(): Promise<void>
}

export interface SendersParts extends Omit<RunnerParts, 'leases' | 'records' | 'places' | 'gate' | 'feed'> {
  readonly models: RunnerParts['models'] & Pick<LogModels, 'heads'>
  readonly feed: Pick<Feed, 'track'>
  readonly nodeId: string
  /** No other process can have opened the database. */
  readonly isAlone: boolean
  /** Of all endpoints together, at the same time. */
  readonly maxPosts: number
}

const lookEveryMs = 1_000
const sweepEveryMs = 60_000
/** Requests under way when the server stops get so long to be answered. */
const stopWithinMs = 3_000
const openedAtOnce = 16

type WebhookEvent = EventData<'webhook.deleted'>

export function createSenders(parts: SendersParts): Senders {
  const { models, pages, nodeId, isAlone, maxPosts, now, logger } = parts
  const runnerParts: RunnerParts = {
    ...parts,
    leases: createLeases({ models, nodeId, isAlone, now }),
    records: createRecords(models),
    places: createPlaces(maxPosts),
    gate: createGate({ atOnce: openedAtOnce, waiting: Number.POSITIVE_INFINITY }),
  }
  const rounds = createRounds({ models, pages, isAlone, now })
  const enabled = createEnabled(models, (error) => {
    logger.warn({ err: error }, 'the webhooks of an organisation could not be read')
    sweepAt = 0
  })
  const stopping = new AbortController()
  const runners = new Map<string, Runner>()
  /** Until when another node has them, and until when they rest after a failure, by a clock that nobody sets. */
  const elsewhere = new Map<string, number>()
  const resting = new Map<string, number>()
  let sweepAt = 0
  let looking: Promise<void> | undefined
  let ticking: NodeJS.Timeout | undefined

  function begin(id: string): void {
    if (stopping.signal.aborted || looking === undefined) return
    const runner = createRunner(id, runnerParts)
    runners.set(id, runner)
    void runner.ended.then((ending) => {
      runners.delete(id)
      if (ending === 'over') {
        // Something happened while it went to rest.
        if (runner.isWoken()) begin(id)
      } else if ('restMs' in ending) resting.set(id, performance.now() + ending.restMs)
      else elsewhere.set(id, performance.now() + ending.heldForMs)
    })
  }

  function wake(id: string): void {
    const runner = runners.get(id)
    if (runner !== undefined) runner.wake()
    else if (!elsewhere.has(id) && !resting.has(id)) begin(id)
  }

  const wakeSoon = createAfterTheAnswer(wake)

  function hearOf({ log, type, data }: EventDocument): void {
    // All events of webhooks name the one that they are about.
    const { id } = (data as WebhookEvent).webhook
    enabled.forget(log)
    const runner = runners.get(id)
    runner?.outdate()
    if (type === 'webhook.deleted') runner?.cut()
  }

  function attend({ id, isDue }: Waiting): void {
    const runner = runners.get(id)
    if (runner === undefined) {
      elsewhere.delete(id)
      begin(id)
    } else if (isDue) runner.outdate()
  }

  async function look(): Promise<void> {
    const at = performance.now()
    for (const [id, until] of elsewhere) if (until <= at) elsewhere.delete(id)
    const rested = [...resting].filter(([, until]) => until <= at).map(([id]) => id)
    for (const id of rested) resting.delete(id)
    rested.forEach(wake)
    const waiting = await rounds.due([...resting.keys()])
    waiting.forEach(attend)
    if (at < sweepAt) return
    sweepAt = at + sweepEveryMs
    await rounds.behind(wake).catch((error: unknown) => {
      sweepAt = 0
      throw error
    })
  }

  async function lookOnAndOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => logger.warn({ err: error }, 'webhooks could not be looked for'))
      await wait(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  return {
    apply(event) {
      if (event.audience === 'self') return
      if (event.type.startsWith('webhook.')) hearOf(event)
      enabled.concerned(event, wakeSoon)
    },
    reset() {
      enabled.clear()
      for (const runner of runners.values()) runner.outdate()
      sweepAt = 0
    },
    start() {
      looking ??= lookOnAndOn()
      ticking ??= setInterval(() => {
        for (const runner of runners.values()) runner.tick()
      }, lookEveryMs)
    },
    async stop() {
      stopping.abort()
      await looking
      for (const runner of runners.values()) runner.stop()
      const cut = setTimeout(() => {
        for (const runner of runners.values()) runner.cut()
      }, stopWithinMs)
      await Promise.all([...runners.values()].map(({ ended }) => ended))
      clearTimeout(cut)
      clearInterval(ticking)
    },
  }
}
