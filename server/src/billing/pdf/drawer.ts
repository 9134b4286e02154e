/**
 * Draws invoices in a thread of its own: setting a hundred lines takes so long that every other request would notice.
 * The thread begins with the first invoice, and again should it have died.
 */
import { Worker } from 'node:worker_threads'
import type { InvoiceDocument } from '../documents.ts'

export interface Drawing {
  readonly id: number
  readonly invoice: InvoiceDocument
}

export type Drawn =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: unknown }

export interface Drawer {
  /** The document as PDF. */
  draw(invoice: InvoiceDocument): Promise<Uint8Array>
  stop(): Promise<void>
}

interface Waiting {
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

export function createDrawer(): Drawer {
  let thread: Worker | undefined
  let lastId = 0
  const waiting = new Map<number, Waiting>()

  function begin(): Worker {
    const worker = new Worker(new URL('./worker-start.mjs', import.meta.url))
    // Nobody waits for it but those who wait for an invoice.
    worker.unref()
    worker.on('message', (drawn: Drawn) => {
      const one = waiting.get(drawn.id)
      waiting.delete(drawn.id)
      if ('bytes' in drawn) one?.resolve(drawn.bytes)
      else one?.reject(drawn.error)
    })
    worker.on('error', end)
    worker.on('exit', (code) => end(new Error(`the thread that draws invoices ended with ${code}`)))
    return worker

    function end(error: unknown): void {
      if (thread !== worker) return
      thread = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
  }

  return {
    draw: (invoice) =>
      new Promise((resolve, reject) => {
        thread ??= begin()
        lastId += 1
        waiting.set(lastId, { resolve, reject })
        thread.postMessage({ id: lastId, invoice } satisfies Drawing)
      }),
    async stop() {
      await thread?.terminate()
    },
  }
}
