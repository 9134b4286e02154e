/** Express that answers what it was told, whatever it is asked. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { argument, serve } from './serve.ts'

const { headers, body } = JSON.parse(argument()) as { headers: Record<string, string>; body: object }

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.get('/v1/organisations/:organisation/permissions', (_request, response) => {
  response.set(headers).json(body)
})
const http = createServer(app)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const { port } = http.address() as AddressInfo

serve({ url: () => `http://127.0.0.1:${port}` })
