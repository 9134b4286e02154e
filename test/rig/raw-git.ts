import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type ApplicationAt, newToken } from './git.ts'
import type { Person } from './people.ts'

/** A line of git’s protocol. */
export const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
export const flush = '0000'

export interface RawExchange {
  readonly request: ClientRequest
  /** Resolves with the beginning of the answer; with undefined where the connection ended without one. */
  readonly answer: Promise<IncomingMessage | undefined>
  /** Takes the answer as it comes; resolves once all is over, with whether the answer was whole. */
  isWhole(): Promise<boolean>
}

/** Begins a request to one of git’s services, whose body is for the caller to write. */
export async function anExchange(
  person: Person,
  { organisation, id }: ApplicationAt,
  service: 'git-upload-pack' | 'git-receive-pack',
  { token, headers = {} }: { token?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(person.url)
  const asking = request({
    hostname,
    port,
    method: 'POST',
    path: `/git/${organisation}/${id}.git/${service}`,
    auth: `${person.email}:${token ?? (await newToken(person)).token}`,
    headers: { 'Content-Type': `application/x-${service}-request`, ...headers },
    // A connection of its own, which ends with it.
    agent: false,
  })
  const answer = once(asking, 'response').then(
    ([begun]) => begun as IncomingMessage,
    () => undefined,
  )
  asking.on('error', () => undefined)
  const closed = new Promise((resolve) => asking.once('close', resolve))
  return {
    request: asking,
    answer,
    async isWhole() {
      void answer.then((begun) => begun?.on('error', () => undefined).resume())
      await closed
      return (await answer)?.complete ?? false
    },
  }
}

export interface SlowClone {
  /** Takes the rest: whether it is all that a whole answer has. */
  isWhole(): Promise<boolean>
  /** Goes away. */
  leave(): void
}

/** A clone that has begun, and whose client takes nothing more until it is asked. */
export async function aSlowClone(
  person: Person,
  application: ApplicationAt,
  commit: string,
  token?: string,
): Promise<SlowClone> {
  const options = token === undefined ? {} : { token }
  const { request: asking, answer } = await anExchange(person, application, 'git-upload-pack', options)
  asking.end(`${line(`want ${commit}\n`)}${flush}${line('done\n')}`)
  const begun = await answer
  if (begun?.statusCode !== 200) throw new Error(`a clone was answered ${begun?.statusCode}`)
  begun.on('error', () => undefined)
  const closed = new Promise((resolve) => begun.once('close', resolve))
  if (begun.read() === null) await once(begun, 'readable')
  return {
    async isWhole() {
      begun.resume()
      await closed
      return begun.complete
    },
    leave: () => void asking.destroy(),
  }
}
