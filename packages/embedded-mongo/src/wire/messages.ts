import { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import { decode } from '../values/codec.ts'
import type { Doc } from '../values/doc.ts'

/** The largest message a client may send, as MongoDB says in `hello`. */
export const maxMessageBytes = 48_000_000

const opcodes = { reply: 1, query: 2004, message: 2013 }
const flags = { checksumPresent: 1, moreToCome: 2, exhaustAllowed: 1 << 16 }
const headerBytes = 16

/** What a client sent, whichever of the two formats carried it. */
export interface Message {
  readonly requestId: number
  /** OP_QUERY carries only the first greeting and is answered by OP_REPLY. */
  readonly format: 'query' | 'message'
  readonly body: Doc
  /** Document sequences, still encoded. */
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>
  /** The client does not want an answer. */
  readonly moreToCome: boolean
  /** The client takes further answers without asking again. */
  readonly exhaustAllowed: boolean
}

/** Cuts a byte stream into messages. Throws on a length that no honest client sends. */
export const messageSplitter = (onMessage: (bytes: Buffer) => void): ((chunk: Buffer) => void) => {
  let chunks: Buffer[] = []
  let held = 0
  let wanted = headerBytes

  return (chunk) => {
    chunks.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      const all = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks)
      const length = all.readInt32LE(0)
      if (length < headerBytes || length > maxMessageBytes + headerBytes) {
        throw new CommandError('ProtocolError', `Message length ${length} is outside of what is allowed`)
      }
      wanted = length
      if (held < length) {
        chunks = [all]
        return
      }
      const rest = all.subarray(length)
      chunks = rest.length > 0 ? [rest] : []
      held = rest.length
      wanted = headerBytes
      onMessage(all.subarray(0, length))
    }
  }
}

export const readMessage = (bytes: Buffer): Message => {
  const requestId = bytes.readInt32LE(4)
  const opcode = bytes.readInt32LE(12)
  if (opcode === opcodes.message) return readOpMsg(bytes, requestId)
  if (opcode === opcodes.query) return readOpQuery(bytes, requestId)
  throw new CommandError('ProtocolError', `Unsupported opcode ${opcode}`)
}

const readOpMsg = (bytes: Buffer, requestId: number): Message => {
  const flagBits = bytes.readUInt32LE(headerBytes)
  // Bits below 16 must be understood, those above may be ignored.
  if ((flagBits & 0xffff & ~(flags.checksumPresent | flags.moreToCome)) !== 0) {
    throw new CommandError('ProtocolError', `Unknown required flags ${flagBits & 0xffff}`)
  }
  const end = bytes.length - (flagBits & flags.checksumPresent ? 4 : 0)
  let body: Doc | undefined
  const sequences = new Map<string, Uint8Array[]>()
  let place = headerBytes + 4
  while (place < end) {
    const kind = bytes[place]
    place += 1
    if (kind === 0) {
      if (body !== undefined) throw new CommandError('ProtocolError', 'A message has one body')
      const document = slice(bytes, place, end)
      body = decode(document)
      place += document.length
    } else if (kind === 1) {
      const sectionEnd = place + lengthAt(bytes, place, end)
      const nameEnd = bytes.indexOf(0, place + 4)
      if (nameEnd < 0 || nameEnd >= sectionEnd) throw malformed()
      const name = bytes.toString('utf8', place + 4, nameEnd)
      if (sequences.has(name)) throw new CommandError('ProtocolError', `Duplicate document sequence '${name}'`)
      const documents: Uint8Array[] = []
      place = nameEnd + 1
      while (place < sectionEnd) {
        const document = slice(bytes, place, sectionEnd)
        documents.push(document)
        place += document.length
      }
      sequences.set(name, documents)
    } else {
      throw new CommandError('ProtocolError', `Unknown section kind ${kind}`)
    }
  }
  if (body === undefined) throw new CommandError('ProtocolError', 'A message has a body')
  return {
    requestId,
    format: 'message',
    body,
    sequences,
    moreToCome: (flagBits & flags.moreToCome) !== 0,
    exhaustAllowed: (flagBits & flags.exhaustAllowed) !== 0,
  }
}

const readOpQuery = (bytes: Buffer, requestId: number): Message => {
  const nameEnd = bytes.indexOf(0, headerBytes + 4)
  if (nameEnd < 0) throw malformed()
  const namespace = bytes.toString('utf8', headerBytes + 4, nameEnd)
  const [db] = namespace.split('.$cmd')
  const query = decode(slice(bytes, nameEnd + 9, bytes.length))
  return {
    requestId,
    format: 'query',
    body: { ...query, $db: db },
    sequences: new Map(),
    moreToCome: false,
    exhaustAllowed: false,
  }
}

const slice = (bytes: Buffer, start: number, end: number): Uint8Array =>
  bytes.subarray(start, start + lengthAt(bytes, start, end))

const lengthAt = (bytes: Buffer, start: number, end: number): number => {
  if (start + 4 > end) throw malformed()
  const length = bytes.readInt32LE(start)
  if (length < 5 || start + length > end) throw malformed()
  return length
}

const malformed = (): CommandError => new CommandError('ProtocolError', 'Malformed message')

/** One answer as bytes: header, then the format of the question. */
export const writeMessage = ({
  requestId,
  responseTo,
  format,
  body,
  moreToCome = false,
}: {
  requestId: number
  responseTo: number
  format: Message['format']
  body: Uint8Array
  moreToCome?: boolean
}): Buffer => {
  const before = format === 'message' ? 5 : 20
  const bytes = Buffer.alloc(headerBytes + before + body.length)
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeInt32LE(requestId, 4)
  bytes.writeInt32LE(responseTo, 8)
  bytes.writeInt32LE(format === 'message' ? opcodes.message : opcodes.reply, 12)
  if (format === 'message') {
    bytes.writeUInt32LE(moreToCome ? flags.moreToCome : 0, headerBytes)
  } else {
    bytes.writeInt32LE(8, headerBytes)
    bytes.writeInt32LE(1, headerBytes + 16)
  }
  bytes.set(body, headerBytes + before)
  return bytes
}
