/** The thread in which invoices are drawn. */
import { parentPort } from 'node:worker_threads'
import type { InvoiceDocument } from '../documents.ts'
import { drawInvoice } from './draw.ts'
import type { Said } from './drawer.ts'

parentPort?.on('message', async (invoice: InvoiceDocument) => {
  const said = await drawInvoice(invoice).then(
    (bytes): Said => ({ bytes }),
    (error: unknown): Said => ({ error }),
  )
  parentPort?.postMessage(said)
})
parentPort?.postMessage('ready' satisfies Said)
