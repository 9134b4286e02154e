/** Serves the page, the built SDK and socket.io-client, as any web server could. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 4000)
const rolecallUrl = process.env.ROLECALL_URL ?? 'http://127.0.0.1:3000'
const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')

const script = 'text/javascript; charset=utf-8'
const files = {
  '/': ['text/html; charset=utf-8', read('index.html').replace('http://127.0.0.1:3000', rolecallUrl)],
  '/dashboard.js': [script, read('dashboard.js')],
  '/sdk.js': [script, read('../../sdk/dist/index.js')],
  '/socket.io-client.js': [script, read('../../sdk/node_modules/socket.io-client/dist/socket.io.esm.min.js')],
}

const server = createServer((request, response) => {
  const [type, body] = files[request.url] ?? []
  response.writeHead(body === undefined ? 404 : 200, type === undefined ? {} : { 'content-type': type })
  response.end(body)
})
server.listen(port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(`The live dashboard is at ${url}. Rolecall at ${rolecallUrl} must allow it: CORS_ORIGINS=${url}`)
})
