/**
 * Sends what waits in the outbox. Any number of nodes may run one: whoever takes a mail puts its `dueAt` off, which is
 * a lease, and counts the attempt, which is the fencing number. A node that dies leaves the mail to be sent after the
 * lease, perhaps for the second time.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { trusted } from 'mongoose'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { type Delivery, Refused } from './delivery.ts'
import type { MailDocument, MailModels } from './documents.ts'
import type { Content, Envelopes } from './envelope.ts'
import { type Letter, type Link, letters, type MailKind } from './letters.ts'
import { render } from './render.ts'

/** How often the outbox is asked. */
const pollMs = 250
/** After an outbox that could not be read. */
const restMs = 5_000
const atOnce = 4
const sendWithinMs = 60_000
const leaseMs = 2 * sendWithinMs
/** Mails under way when the server stops get so long to leave. */
const stopWithinMs = 3_000

/** Fills in what is looked up only when the mail is sent, or answers undefined when there is nothing to send. */
export type Resolve = (content: Content) => Promise<Content | undefined>

export interface MailWorker {
  start(): void
  /** Resolves once nothing is being sent any more. */
  stop(): Promise<void>
}

interface Parts {
  readonly models: Pick<MailModels, 'mails'>
  readonly envelopes: Envelopes
  readonly delivery: Delivery
  readonly resolvers: Partial<Readonly<Record<MailKind, Resolve>>>
  readonly link: Link
  readonly now: Clock
  readonly logger: Logger
}

export function createMailWorker({ models, envelopes, delivery, resolvers, link, now, logger }: Parts): MailWorker {
  const { mails } = models
  const stopping = new AbortController()
  const cutting = new AbortController()
  const underWay = new Set<Promise<void>>()
  let running: Promise<void> | undefined

  async function lease(): Promise<MailDocument | null> {
    const at = now()
    return mails
      .findOneAndUpdate(
        { dueAt: trusted({ $lte: at }) },
        { $set: { dueAt: new Date(at.getTime() + leaseMs) }, $inc: { attempts: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      )
      .lean()
  }

  /** A kind may be one of a newer server's, and the key one of an older's: either is a failure like any other. */
  async function compose({ _id, kind, sealed, createdAt }: MailDocument) {
    if (!isKnown(kind)) throw new Error(`mails of the kind ${kind} are not known here`)
    const content = envelopes.open(_id, sealed)
    const resolve = resolvers[kind]
    const resolved = resolve === undefined ? content : await resolve(content)
    if (resolved === undefined) return undefined
    const write: (data: never, link: Link) => Letter = letters[kind]
    // The content was sealed with the data of its kind, which `queue` has checked.
    return { id: _id, kind, to: resolved.to, date: createdAt, ...render(write(resolved.data as never, link)) }
  }

  async function send(mail: MailDocument): Promise<void> {
    const { _id, kind, attempts, expiresAt } = mail
    const known = { mail: _id, kind, attempts }
    try {
      const isTooLate = expiresAt <= now()
      if (isTooLate) logger.warn(known, 'a mail is given up: it is of no use any more')
      const outgoing = isTooLate ? undefined : await compose(mail)
      if (outgoing !== undefined) {
        await delivery.deliver(outgoing, AbortSignal.any([cutting.signal, AbortSignal.timeout(sendWithinMs)]))
        logger.info(known, 'a mail was sent')
      }
      await mails.deleteOne({ _id, attempts })
    } catch (error) {
      const dueAt = new Date(now().getTime() + backoffMs(attempts))
      const isFinal = error instanceof Refused || dueAt >= expiresAt
      logger.warn({ ...known, ...reasonOf(error) }, isFinal ? 'a mail is given up' : 'a mail could not be sent yet')
      if (isFinal) await mails.deleteOne({ _id, attempts })
      else await mails.updateOne({ _id, attempts }, { $set: { dueAt } })
    }
  }

  function begin(mail: MailDocument): void {
    const sending = send(mail)
      // The lease runs out by itself, and the mail is tried again.
      .catch((error: unknown) => logger.warn({ mail: mail._id, err: error }, 'the outbox could not be written'))
      .finally(() => underWay.delete(sending))
    underWay.add(sending)
  }

  const pause = (ms: number) => wait(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (underWay.size >= atOnce) await Promise.race(underWay)
      if (stopping.signal.aborted) return
      const mail = await lease().catch(async (error: unknown) => {
        logger.warn({ err: error }, 'the outbox could not be read')
        await pause(restMs)
        return null
      })
      if (mail === null) await pause(pollMs)
      else begin(mail)
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopping.abort()
      // Before anything is waited for: the loop itself waits for a mail to leave while there are many.
      const cut = setTimeout(() => cutting.abort(), stopWithinMs)
      await running
      await Promise.all(underWay)
      clearTimeout(cut)
    },
  }
}

const isKnown = (kind: string): kind is MailKind => Object.hasOwn(letters, kind)

const firstDelayMs = 5_000
const longestDelayMs = 4 * 60 * 60 * 1_000

/** 5 s, doubled up to four hours, and spread: what failed together does not come back together. */
export function backoffMs(attempts: number): number {
  return Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs) * (0.75 + Math.random() / 2)
}

/** Codes only: a mail server's words repeat addresses, and what a template throws may hold its data. */
function reasonOf(error: unknown): object {
  const { code, responseCode, command, name } = (error instanceof Refused ? error.cause : error) as Partial<
    Record<'code' | 'responseCode' | 'command' | 'name', unknown>
  >
  return { code, responseCode, command, error: name }
}
