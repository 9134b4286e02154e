/** Of a request of Express or `node:http`, what is used here. */
export interface ReceiverRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As `express.raw` or `express.text` leave it, where they ran before. */
  readonly body?: unknown
  /** Whether somebody has begun to read it. */
  readonly readableDidRead?: boolean
  on(name: string, listener: (...values: never[]) => void): unknown
}

const limit = 1024 * 1024

export class TooLarge extends Error {
  constructor() {
    super('The body is larger than 1 MiB')
    this.name = 'TooLarge'
  }
}

export class AlreadyRead extends Error {
  constructor() {
    super('The raw body was read and parsed before webhookReceiver could: mount it before express.json()')
    this.name = 'AlreadyRead'
  }
}

/**
 * The body as it came; undefined when the sender went away before its end.
 * @throws TooLarge above 1 MiB
 * @throws AlreadyRead when something before this has read the request and kept no bytes
 */
export async function rawBodyOf(request: ReceiverRequest): Promise<string | Uint8Array | undefined> {
  const { body } = request
  if (typeof body === 'string' || isBytes(body)) {
    if (body.length > limit) throw new TooLarge()
    return body
  }
  // Some parsers leave {} where they have read nothing, so the stream is believed before the body.
  if (request.readableDidRead ?? body !== undefined) throw new AlreadyRead()
  return read(request)
}

/** Also of another realm, such as that of a test runner. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && 'subarray' in value
}

function read(request: ReceiverRequest): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= limit) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      reject(new TooLarge())
    })
    request.on('end', () => resolve(joined(chunks, size)))
    request.on('close', () => resolve(undefined))
    request.on('error', () => resolve(undefined))
  })
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
