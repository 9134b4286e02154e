import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Document, deserialize, serialize } from 'bson'

const opReply = 1
const opQuery = 2004
const opMsg = 2013

/** What a standalone MongoDB says of itself, and nothing more: enough to be recognised as one. */
export async function startStandaloneMongo(): Promise<{ readonly uri: string; close(): void }> {
  const server = createServer((socket) => {
    let received: Buffer<ArrayBufferLike> = Buffer.alloc(0)
    socket.on('data', (part) => {
      received = Buffer.concat([received, part])
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0)
        socket.write(answer(received.subarray(0, length)))
        received = received.subarray(length)
      }
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { uri: `mongodb://127.0.0.1:${port}/rolecall`, close: () => server.close() }
}

function answer(message: Buffer): Buffer {
  const requestId = message.readInt32LE(4)
  const opcode = message.readInt32LE(12)
  const hello = {
    ismaster: true,
    isWritablePrimary: true,
    helloOk: true,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    minWireVersion: 0,
    maxWireVersion: 21,
    ok: 1,
  }
  if (opcode === opQuery) {
    const prefix = Buffer.alloc(20)
    prefix.writeInt32LE(1, 16)
    return frame(requestId, opReply, Buffer.concat([prefix, serialize(hello)]))
  }
  const command: Document = deserialize(message.subarray(21))
  const reply = 'hello' in command || 'ismaster' in command ? hello : { ok: 1 }
  return frame(requestId, opMsg, Buffer.concat([Buffer.alloc(5), serialize(reply)]))
}

function frame(responseTo: number, opcode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(16 + body.length, 0)
  header.writeInt32LE(responseTo, 8)
  header.writeInt32LE(opcode, 12)
  return Buffer.concat([header, body])
}
