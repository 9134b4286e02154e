import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Rolecall } from '@rolecall/sdk'
import { createGuard } from '@rolecall/sdk/guard'
import express, { type Request } from 'express'

/** The product: whoever holds `report:approve` in an organisation may approve its reports. */
export async function serve(rolecall: Rolecall, { port = 0, maxStaleMs = 10_000 } = {}) {
  const guard = createGuard({ rolecall, maxStaleMs })
  const app = express()
  app.post(
    '/organisations/:organisation/reports/:report/approve',
    guard.requirePermission('report:approve', {
      organisation: (request: Request<{ organisation: string; report: string }>) => request.params.organisation,
    }),
    (request, response) => {
      response.json({ report: request.params.report, approvedBy: guard.caller(request)?.account })
    },
  )
  // For whoever watches: what the guard says of an account at this moment, and why.
  app.get('/organisations/:organisation/accounts/:account', ({ params }, response) => {
    response.json(guard.explain(params.account, params.organisation, 'report:approve'))
  })
  const server = app.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves once what had been changed before this was asked is heeded. */
    ready: guard.ready,
    close() {
      guard.close()
      server.close()
    },
  }
}
