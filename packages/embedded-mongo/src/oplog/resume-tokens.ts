import { Buffer } from 'node:buffer'
import { CommandError } from '../errors.ts'
import type { Doc } from '../values/doc.ts'

/** The place in the log behind which a stream goes on. */
export interface Position {
  readonly time: bigint
  /** The last operation of that entry that was told; `wholeEntry` if nothing of it is left. */
  readonly operation: number
}

export const wholeEntry = 0xffffffff

export type TokenKind = 'position' | 'event' | 'invalidate'

const kinds: readonly TokenKind[] = ['position', 'event', 'invalidate']
const version = 1
const length = 14

export const tokenOf = ({ time, operation }: Position, kind: TokenKind): Doc => {
  const bytes = Buffer.alloc(length)
  bytes[0] = version
  bytes.writeBigUInt64BE(time, 1)
  bytes.writeUInt32BE(operation, 9)
  bytes[13] = kinds.indexOf(kind)
  return { _data: bytes.toString('hex').toUpperCase() }
}

export const readToken = (token: unknown): { position: Position; kind: TokenKind } => {
  const data = typeof token === 'object' && token !== null && '_data' in token ? token._data : undefined
  const bytes = typeof data === 'string' ? Buffer.from(data, 'hex') : Buffer.alloc(0)
  const kind = kinds[bytes[13] ?? -1]
  if (bytes.length !== length || bytes[0] !== version || kind === undefined) {
    throw new CommandError('InvalidResumeToken', 'The resume token is not one of this engine')
  }
  return { position: { time: bytes.readBigUInt64BE(1), operation: bytes.readUInt32BE(9) }, kind }
}
