import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './teardown.ts'

export interface HoldingProxy {
  readonly url: string
  /** Resolves when a push has been sent whole but for its last bytes, which wait. */
  readonly held: Promise<void>
  letGo(): void
}

const kept = 16

/** Stands before a server and keeps back the end of what is pushed, as a slow network would. */
export async function aHoldingProxy(target: string): Promise<HoldingProxy> {
  let tellHeld = () => {}
  const held = new Promise<void>((resolve) => {
    tellHeld = resolve
  })
  let letGo = () => {}
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const { hostname, port } = new URL(target)
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    // A client tries with a few bytes first whether it may push.
    const isPush = method === 'POST' && url?.endsWith('/git-receive-pack') === true && headers['content-length'] !== '4'
    if (!isPush) {
      request.pipe(onward)
      return
    }
    let tail = Buffer.alloc(0)
    request.on('data', (chunk: Buffer) => {
      const all = Buffer.concat([tail, chunk])
      tail = all.subarray(Math.max(0, all.length - kept))
      onward.write(all.subarray(0, all.length - tail.length))
    })
    request.on('end', () => {
      tellHeld()
      void released.then(() => onward.end(tail))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, held, letGo: () => letGo() }
}
