/** The thread in which invoices are drawn. */
import { parentPort } from 'node:worker_threads'
import { drawInvoice } from './draw.ts'
import type { Drawing, Drawn } from './drawer.ts'

parentPort?.on('message', async ({ id, invoice }: Drawing) => {
  const drawn = await drawInvoice(invoice).then(
    (bytes): Drawn => ({ id, bytes }),
    (error: unknown): Drawn => ({ id, error }),
  )
  parentPort?.postMessage(drawn)
})
