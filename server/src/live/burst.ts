/** What one connection is to be sent next. Connections that are sent the same share it, and its frames joined. */

/** An event for any number of connections, encoded and framed once. */
export interface Message {
  /** As Socket.IO encodes it. */
  readonly text: string
  /** The same as a WebSocket frame. */
  readonly frame: Buffer
}

export interface Burst {
  readonly message: Message
  readonly before: Burst | undefined
  /** The burst that followed when one more message came, last. */
  longer: Burst | undefined
  joined: Buffer | undefined
}

const begun = new WeakMap<Message, Burst>()

/** The burst of one message, the same one for everybody. */
export function begin(message: Message): Burst {
  const known = begun.get(message)
  if (known !== undefined) return known
  const burst = { message, before: undefined, longer: undefined, joined: message.frame }
  begun.set(message, burst)
  return burst
}

/** The burst with one more message, the same one for everybody. */
export function extend(burst: Burst, message: Message): Burst {
  if (burst.longer?.message !== message) {
    burst.longer = { message, before: burst, longer: undefined, joined: undefined }
  }
  return burst.longer
}

/** Oldest first. */
export function messagesOf(burst: Burst): Message[] {
  const messages: Message[] = []
  for (let at: Burst | undefined = burst; at !== undefined; at = at.before) messages.push(at.message)
  return messages.reverse()
}

/** All frames in one buffer. */
export function joined(burst: Burst): Buffer {
  burst.joined ??= Buffer.concat(messagesOf(burst).map(({ frame }) => frame))
  return burst.joined
}

const fin = 0x80
const textOpcode = 0x01

/** A whole text message from a server as one frame, which is not masked (RFC 6455, 5.2). */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = fin | textOpcode
  if (headerLength === 2) frame[1] = length
  else if (headerLength === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headerLength)
  return frame
}
