import { connect, type Socket } from 'node:net'
import { type Document, deserialize, serialize } from 'bson'

/** A client that says exactly what it is told to, which a driver does not. */
export interface WireClient {
  /** Sends a command as OP_MSG and gives the answer. */
  ask(body: Document, options?: MessageOptions): Promise<Answer>
  /** The next answer that comes without a question. */
  next(): Promise<Answer>
  send(bytes: Buffer): void
  readonly closed: Promise<void>
  close(): void
}

export interface Answer {
  readonly requestId: number
  readonly responseTo: number
  readonly opcode: number
  readonly moreToCome: boolean
  readonly body: Document
}

export interface MessageOptions {
  readonly flags?: number
  readonly sequences?: Readonly<Record<string, readonly Document[]>>
  readonly requestId?: number
  /** Appends four bytes, as a client does that sets the flag of a checksum. */
  readonly checksum?: boolean
}

export const moreToCome = 2
export const exhaustAllowed = 1 << 16

export const wireClient = async (uri: string): Promise<WireClient> => {
  const path = decodeURIComponent(new URL(uri).host || (uri.split('/')[2] ?? ''))
  const socket = await connected(path)
  const answers: Answer[] = []
  const waiting: ((answer: Answer) => void)[] = []
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4 && held.length >= held.readInt32LE(0)) {
      const length = held.readInt32LE(0)
      const answer = readAnswer(held.subarray(0, length))
      held = held.subarray(length)
      const wake = waiting.shift()
      if (wake) wake(answer)
      else answers.push(answer)
    }
  })
  socket.on('error', () => socket.destroy())
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  const next = (): Promise<Answer> => {
    const answer = answers.shift()
    return answer ? Promise.resolve(answer) : new Promise((resolve) => waiting.push(resolve))
  }
  return {
    ask(body, options) {
      socket.write(message(body, options))
      return next()
    },
    next,
    send: (bytes) => socket.write(bytes),
    closed,
    close: () => socket.destroy(),
  }
}

const connected = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })

export const message = (
  body: Document,
  { flags = 0, sequences = {}, requestId = 1, checksum = false }: MessageOptions = {},
): Buffer => {
  const sections = [Buffer.concat([Buffer.from([0]), serialize(body)])]
  for (const [name, documents] of Object.entries(sequences)) {
    const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => serialize(document))])
    sections.push(Buffer.concat([Buffer.from([1]), int32(content.length + 4), content]))
  }
  const rest = Buffer.concat([int32(flags | (checksum ? 1 : 0)), ...sections, Buffer.alloc(checksum ? 4 : 0)])
  return framed(rest, requestId, 2013)
}

/** The first greeting of a driver. */
export const query = (body: Document, requestId = 1): Buffer =>
  framed(Buffer.concat([int32(0), Buffer.from('admin.$cmd\0'), int32(0), int32(-1), serialize(body)]), requestId, 2004)

const framed = (rest: Buffer, requestId: number, opcode: number): Buffer =>
  Buffer.concat([int32(rest.length + 16), int32(requestId), int32(0), int32(opcode), rest])

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

const readAnswer = (bytes: Buffer): Answer => {
  const opcode = bytes.readInt32LE(12)
  return {
    requestId: bytes.readInt32LE(4),
    responseTo: bytes.readInt32LE(8),
    opcode,
    moreToCome: opcode === 2013 && (bytes.readInt32LE(16) & moreToCome) !== 0,
    body: deserialize(bytes.subarray(opcode === 2013 ? 21 : 36)),
  }
}
