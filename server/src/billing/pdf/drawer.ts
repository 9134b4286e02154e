/**
 * Draws invoices in a thread of its own: setting a hundred lines takes so long that every other request would notice.
 * The thread begins with the first invoice, has one at a time, and is ended where that takes too long or too much
 * memory; the next invoice has another one.
 */
import { Worker } from 'node:worker_threads'
import { problem } from '@rolecall/contract'
import { refusal } from '../../refusal.ts'
import type { InvoiceDocument } from '../documents.ts'

/** What the thread says: that it can begin, or what became of the invoice that it has. */
export type Said = 'ready' | { readonly bytes: Uint8Array } | { readonly error: unknown }

export interface Drawer {
  /** The document as PDF. Throws `unavailable` where too many wait, or it takes too long. */
  draw(invoice: InvoiceDocument): Promise<Uint8Array>
  stop(): Promise<void>
}

export interface DrawerLimits {
  /** For one invoice, once the thread has it. */
  readonly timeMs: number
  /** Of the thread, all that it has loaded included. */
  readonly memoryMb: number
  /** How many can wait. */
  readonly waiting: number
}

const usual: DrawerLimits = { timeMs: 15_000, memoryMb: 256, waiting: 200 }

interface Drawing {
  readonly invoice: InvoiceDocument
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  isReady: boolean
}

export function createDrawer(limits: DrawerLimits = usual): Drawer {
  const waiting: Drawing[] = []
  let thread: Thread | undefined
  let current: Drawing | undefined
  let timer: NodeJS.Timeout | undefined

  function begin(): Thread {
    const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    })
    // Nobody waits for it but those who wait for an invoice.
    worker.unref()
    const one: Thread = { worker, isReady: false }
    worker.on('message', (said: Said) => {
      if (thread !== one) return
      if (said === 'ready') one.isReady = true
      else if ('bytes' in said) finish()?.resolve(said.bytes)
      else finish()?.reject(said.error)
      next()
    })
    worker.on('error', (error) => give(one, error))
    worker.on('exit', (code) => give(one, new Error(`the thread that draws invoices ended with ${code}`)))
    return one
  }

  function finish(): Drawing | undefined {
    clearTimeout(timer)
    const finished = current
    current = undefined
    return finished
  }

  /** Gives a thread up. What it had fails, and the others have the next one. */
  function give(one: Thread, error: unknown): void {
    if (thread !== one) return
    thread = undefined
    // One that never began has failed for whoever came first, so that not all of them try for ever.
    const failed = one.isReady ? finish() : waiting.shift()
    failed?.reject(error)
    next()
  }

  function next(): void {
    if (current !== undefined || waiting.length === 0) return
    thread ??= begin()
    const one = thread
    if (!one.isReady) return
    current = waiting.shift()
    timer = setTimeout(() => {
      give(one, problem('unavailable', { detail: 'The invoice takes too long to draw.' }))
      // Nobody waits for its end.
      void one.worker.terminate()
    }, limits.timeMs)
    one.worker.postMessage(current?.invoice)
  }

  return {
    draw: (invoice) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= limits.waiting) {
          const detail = 'Too many invoices are being drawn. Try again in a moment.'
          throw refusal('unavailable', { retryAfterSeconds: 2, detail })
        }
        waiting.push({ invoice, resolve, reject })
        next()
      }),
    async stop() {
      const left = waiting.splice(0)
      await thread?.worker.terminate()
      for (const { reject } of left) reject(new Error('the drawing of invoices was stopped'))
    },
  }
}
