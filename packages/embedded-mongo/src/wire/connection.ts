import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { CommandError } from '../errors.ts'
import { type Message, messageSplitter, readMessage, writeMessage } from './messages.ts'

/** An answer, and whether the next one follows without a question. */
export interface Answer {
  readonly body: Uint8Array
  readonly next?: () => Promise<Answer>
}

export interface Connection {
  readonly id: number
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
  /** Closes it without an answer, as if the network had failed. */
  drop(): void
}

let lastRequestId = 0

const newRequestId = (): number => {
  lastRequestId = lastRequestId === 0x7fffffff ? 1 : lastRequestId + 1
  return lastRequestId
}

/** Answers one client's messages in their order. `answer` does not throw: a refusal is an answer. */
export const serve = (
  socket: Socket,
  id: number,
  answer: (connection: Connection, message: Message) => Promise<Answer>,
  onClosed: (connection: Connection) => void,
): void => {
  const gone = new AbortController()
  const connection: Connection = {
    id,
    signal: gone.signal,
    drop() {
      gone.abort()
      socket.destroy()
    },
  }
  const waiting: Message[] = []
  let isBusy = false

  /** Also while the engine stops and the socket is only written out: one more answer would break that off. */
  const isOver = (): boolean => gone.signal.aborted || !socket.writable

  const send = async (bytes: Buffer): Promise<void> => {
    if (socket.write(bytes)) return
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        socket.off('drain', settle)
        gone.signal.removeEventListener('abort', settle)
        resolve()
      }
      socket.once('drain', settle)
      gone.signal.addEventListener('abort', settle)
    })
  }

  const respond = async (message: Message): Promise<void> => {
    let result: Answer | undefined = await answer(connection, message)
    // A stream of answers: each names the one before it as its question.
    let responseTo = message.requestId
    while (result && !message.moreToCome && !isOver()) {
      const requestId = newRequestId()
      const { body, next }: Answer = result
      const moreToCome = next !== undefined
      await send(writeMessage({ requestId, responseTo, format: message.format, body, moreToCome }))
      responseTo = requestId
      result = await next?.()
    }
  }

  const work = async (): Promise<void> => {
    isBusy = true
    for (let message = waiting.shift(); message && !isOver(); message = waiting.shift()) {
      if (waiting.length < resumeBelow) socket.resume()
      await respond(message)
    }
    isBusy = false
  }

  const split = messageSplitter((bytes) => {
    waiting.push(readMessage(bytes))
    if (waiting.length > pauseAbove) socket.pause()
  })

  socket.on('data', (chunk: Buffer) => {
    try {
      split(chunk)
    } catch (error) {
      // After a malformed message nothing that follows can be trusted.
      socket.destroy(error instanceof CommandError ? undefined : new Error('Malformed message', { cause: error }))
      return
    }
    if (!isBusy) work().catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined))
  })
  // 'close' follows and ends what there is to end.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    gone.abort()
    onClosed(connection)
  })
}

const pauseAbove = 100
const resumeBelow = 50
