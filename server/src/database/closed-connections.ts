/**
 * Before the driver reads an answer it waits until the socket has taken the question, and where the socket is closed
 * meanwhile nothing ends that wait (mongodb 7.8.0, `writeCommand` of lib/cmap/connection.js): not for what waits then,
 * and not for what is asked between the end of the socket and the turn of the loop in which it says so. A change that
 * is never over holds up its log for ever, a feed that never opens its node, and `close()` of the client waits for both.
 * docs/decisions/driver.md says why it is mended here.
 */
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

interface Connection {
  readonly socket: Socket
  /** Called once it is closed, with the error that whoever uses it gets. */
  cleanup(error: Error): void
}

const ofMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'))
// The module does not export this class.
const driver = ofMongoose('mongodb/lib/cmap/connection.js') as {
  readonly Connection: { readonly prototype: Connection }
}
const { prototype } = driver.Connection
const { cleanup } = prototype

prototype.cleanup = function (error) {
  cleanup.call(this, error)
  // Whoever waits finds the error then. Not at once: what is being asked at this moment is about to wait.
  setImmediate(() => this.socket.emit('drain'))
}
