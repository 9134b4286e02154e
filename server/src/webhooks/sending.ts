/**
 * Sends what an endpoint is to get, from when it was opened until there is a reason to open it anew: somebody changed
 * it, its lease was lost, or what this node knows of the log and of its owner holds no longer.
 *
 * Ordered endpoints have one event under way, and one that failed stays the next one until it was taken or given up.
 * Others have several; one that failed is tried again beside the others.
 */
import type { Clock } from '../clock.ts'
import type { EventDocument } from '../log/documents.ts'
import type { Pages } from '../log/pages.ts'
import { fateOf } from './fate.ts'
import type { Measures } from './measures.ts'
import type { Opened, Retry } from './opened.ts'
import type { Places } from './places.ts'
import type { Poster } from './post.ts'
import { createReading } from './reading.ts'
import type { Records } from './record.ts'
import { apartMs, failingForMs } from './schedule.ts'
import type { Signal } from './signal.ts'
import type { StopReason } from './stop-endpoint.ts'
import { type Ended, tryOnce } from './try.ts'

export interface SendingParts {
  readonly pages: Pages
  readonly poster: Pick<Poster, 'post'>
  readonly places: Places
  readonly records: Records
  readonly measures: Measures
  readonly now: Clock
}

export interface Sending {
  /**
   * Does the next thing that is to be done. Answers `waiting` where there is none at present, `owner_lost` where the
   * owner may manage webhooks no longer: nothing more is sent then.
   */
  step(): Promise<'done' | 'waiting' | 'owner_lost'>
  /** False where it must be opened anew. */
  isValid(): boolean
  /** Whether requests are under way, or would be if this node had no others. */
  isBusy(): boolean
  /** No step is made any more: what waits for a place is not sent. */
  end(): void
  /** Resolves once none is. Throws where what came of one could not be written down. */
  drained(): Promise<void>
  /** Breaks off what is under way, as if it had not been sent. */
  cut(): void
  /** Writes down how far it has come, which renews the lease. */
  save(): Promise<void>
  /** The same where it is time to. */
  keep(): Promise<void>
  /**
   * Gives the lease back: `idle` until something happens or a retry is due, `stopping` for another node to go on at once,
   * `closed` until the organisation is restored.
   */
  release(how: 'idle' | 'stopping' | 'closed'): Promise<void>
}

interface Job {
  readonly event: EventDocument
  /** How often it was tried; undefined for a first try. */
  readonly retry: Retry | undefined
}

const renewEveryMs = 5_000
const saveEveryMs = 1_000
/** While so many wait to be tried again, the log itself is the queue. */
const maxRetries = 1_000
/** How far events may be ahead of the slowest one under way. */
const maxAhead = 1_000

const triesWith = ({ retry }: Job) => (retry?.tries ?? 0) + 1

export function createSending(
  opened: Opened,
  signal: Signal,
  { pages, poster, places, records, measures, now }: SendingParts,
  { stop, isStale }: { stop: (reason: StopReason) => Promise<unknown>; isStale: () => boolean },
): Sending {
  const { webhook, lease, tracking, holding, retries, tried, overtaken } = opened
  const { _id, organisation, ordered } = webhook
  const { cursor } = lease
  const reading = createReading(organisation, cursor.seq, tracking, pages)
  const cutting = new AbortController()
  const requests = new Map<number, Promise<void>>()
  const line = places.line(organisation, signal.notify)
  /** Events that were passed in the log and are not over: the cursor stays before them. */
  const open = new Set<number>()
  let { failingSince, failedAt, notBefore } = cursor
  let isMoved = false
  let hasNews = false
  let savedAt = performance.now()
  let failure: { readonly error: unknown } | undefined

  const position = () => (open.size === 0 ? reading.seq : Math.min(...open) - 1)
  const progress = () => ({ seq: position(), failingSince, failedAt, notBefore })
  const isValid = () =>
    !isMoved && failure === undefined && lease.isHeld() && tracking.position() !== undefined && holding.isFollowed()

  /** Somebody who fails is not asked for several things at once. */
  const isFull = () => requests.size >= (ordered || failingSince !== undefined ? 1 : webhook.concurrency)

  function due(at: Date): readonly [number, Retry] | undefined {
    let first: readonly [number, Retry] | undefined
    for (const [seq, retry] of retries) {
      if (retry.nextAt <= at && (first === undefined || retry.nextAt < first[1].nextAt)) first = [seq, retry]
    }
    return first
  }

  async function nextRetry(at: Date): Promise<Job | undefined> {
    const [seq, retry] = due(at) ?? []
    const upTo = tracking.position()?.seq
    if (seq === undefined || upTo === undefined) return undefined
    // This node has not heard of it yet.
    if (seq > upTo) return undefined
    const event = await pages.at(organisation, seq, upTo)
    if (event !== undefined) return { event, retry }
    // The log was shortened: there is nothing left to deliver.
    retries.delete(seq)
    open.delete(seq)
    return undefined
  }

  async function nextNew(): Promise<Job | undefined> {
    for (;;) {
      const mustWait = (ordered && open.size > 0) || retries.size >= maxRetries || reading.seq - position() >= maxAhead
      const event = mustWait ? undefined : await reading.next()
      if (event === undefined) return undefined
      if (!tried.has(event.seq)) return { event, retry: undefined }
      // From before it was opened: there is a record of it.
      const retry = tried.get(event.seq)
      reading.pass()
      if (retry === undefined) continue
      retries.set(event.seq, retry)
      if (ordered) open.add(event.seq)
    }
  }

  async function next(): Promise<Job | undefined> {
    const at = now()
    if (isFull() || (notBefore !== undefined && at < notBefore)) return undefined
    // Reading on may come upon one that is to be tried again.
    return (await nextRetry(at)) ?? (await nextNew()) ?? (await nextRetry(at))
  }

  function begin(job: Job, giveBack: () => void): void {
    const { event, retry } = job
    const { seq } = event
    if (retry === undefined) {
      reading.pass()
      open.add(seq)
      measures.begun(now().getTime() - event.at.getTime())
    }
    retries.delete(seq)
    const request = tryOnce(opened, { event, tries: triesWith(job) }, { poster, now, signal: cutting.signal })
      .finally(giveBack)
      .then((ended) => settle(job, ended))
      .catch((error: unknown) => {
        if (!cutting.signal.aborted) failure ??= { error }
      })
      .finally(() => {
        requests.delete(seq)
        signal.notify()
      })
    requests.set(seq, request)
  }

  async function settle(job: Job, ended: Ended): Promise<void> {
    const { event, retry } = job
    const { attempt, status, nextAt } = ended
    const tries = triesWith(job)
    note(ended)
    measures.ended(attempt.outcome)
    await records.tried(webhook, { event, attempt, round: cursor.round, former: retry?.tries, tries, status, nextAt })
    if (nextAt !== undefined) retries.set(event.seq, { tries, nextAt, isAskedFor: isAskedFor(job) })
    if (nextAt === undefined || !ordered) open.delete(event.seq)
    hasNews = true
    await stopIfHopeless(ended)
  }

  /** What a try says about the endpoint: at once, before anything else is sent. */
  function note({ attempt, status, notBefore: until, isGone }: Ended): void {
    if (status === 'delivered') {
      failingSince = undefined
      failedAt = undefined
      return
    }
    const isOfBefore = failedAt === undefined || attempt.at.getTime() - failedAt.getTime() > apartMs
    if (failingSince === undefined || isOfBefore) failingSince = attempt.at
    failedAt = attempt.at
    if (until !== undefined && (notBefore === undefined || until > notBefore)) notBefore = until
    if (isGone) isMoved = true
  }

  async function stopIfHopeless({ status, isGone }: Ended): Promise<void> {
    if (isGone) await stop({ reason: 'gone' })
    else if (status !== 'delivered' && failingSince !== undefined) {
      if (now().getTime() - failingSince.getTime() < failingForMs) return
      isMoved = true
      await stop({ reason: 'failing', failingSince })
    }
  }

  const isAskedFor = ({ event, retry }: Job) => (retry ?? overtaken.get(event.seq))?.isAskedFor === true

  async function withhold({ event, retry }: Job): Promise<void> {
    if (retry === undefined) {
      reading.pass()
      if (!overtaken.has(event.seq)) return
    }
    retries.delete(event.seq)
    await records.withheld(_id, event.seq, now())
    open.delete(event.seq)
  }

  async function save(): Promise<void> {
    savedAt = performance.now()
    hasNews = false
    try {
      if (!(await lease.save(progress()))) isMoved = true
    } catch (error) {
      hasNews = true
      throw error
    }
  }

  /** When there is something to do again, if nothing happens meanwhile. */
  function nextTime(): Date | undefined {
    if (notBefore !== undefined && notBefore > now()) return notBefore
    const times = [...retries.values()].map(({ nextAt }) => nextAt.getTime())
    return times.length === 0 ? undefined : new Date(Math.min(...times))
  }

  const cut = () => cutting.abort(new Error('broken off'))

  async function doNext(): Promise<'done' | 'waiting' | 'owner_lost' | 'no_place'> {
    if (isValid() && !holding.current()?.permissions.has('webhook:manage')) return 'owner_lost'
    const job = await next()
    // Asked again: what was true before the log was read may not be any more.
    if (job === undefined || !isValid() || isStale()) return 'waiting'
    const fate = fateOf(webhook, job.event, { held: holding.current(), isAskedFor: isAskedFor(job) })
    if (fate === 'owner_lost') return 'owner_lost'
    if (fate === 'withhold') {
      await withhold(job)
      return 'done'
    }
    const giveBack = line.take(failingSince !== undefined)
    if (giveBack === undefined) return 'no_place'
    begin(job, giveBack)
    return 'done'
  }

  return {
    async step() {
      const did = await doNext()
      if (did === 'no_place') return 'waiting'
      line.leave()
      return did
    },
    isValid,
    isBusy: () => requests.size > 0 || line.isWaiting(),
    end: line.leave,
    async drained() {
      await Promise.all(requests.values())
      if (failure !== undefined) throw failure.error
    },
    cut,
    async keep() {
      // Somebody else may be about to send the same.
      if (!lease.isHeld()) cut()
      const age = performance.now() - savedAt
      if (age >= (hasNews ? saveEveryMs : renewEveryMs)) await save()
    },
    save,
    async release(how) {
      await lease.release(progress(), { idle: nextTime, stopping: now, closed: () => undefined }[how]())
    },
  }
}
