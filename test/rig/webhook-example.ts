/** The example of a webhook receiver as a process that can be killed, and the gateway by which webhooks reach it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Folded } from '../../examples/webhook-receiver/fold.ts'
import { answersWith, aReceiver, type ReceivedPost, type Receiver } from './receiver.ts'
import { atEnd } from './teardown.ts'

export const exampleFolder = fileURLToPath(new URL('../../examples/webhook-receiver', import.meta.url))

export interface Example {
  readonly url: string
  /** What it has folded so far. */
  state(): Promise<Folded>
  /** By SIGKILL. */
  kill(): Promise<void>
}

/** Resolves once it waits for webhooks. */
export async function startExample(env: Readonly<Record<string, string>>): Promise<Example> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'receiver.ts'], {
    cwd: exampleFolder,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  atEnd(kill)
  const url = new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [, shownAt] = /shown at (\S+)\n/.exec(said) ?? []
      if (shownAt !== undefined) resolve(shownAt)
    })
    void ended.then(() => reject(new Error(`the example ended: ${said}`)))
  })
  const shownAt = await url
  return {
    url: shownAt,
    state: async () => (await (await fetch(`${shownAt}/state`)).json()) as Folded,
    kill,
  }
}

/** A file for what it keeps. */
export async function aFileToKeep(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-example-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'kept.json')
}

/**
 * What happens to a post: it reaches the example and its answer is passed on, it is answered 500 in place of the
 * example, or the example takes it and the answer says 500 all the same.
 */
export type Passage = 'whole' | 'refused' | 'answer lost'

export interface Gateway extends Receiver {
  /** From now on to there; while it is not there, what comes waits. */
  lead(to: Promise<Example>): void
}

/** `passageOf` is asked about each post, by how many came before it; what it does itself happens before the post passes. */
export async function aGateway(
  passageOf: (index: number, post: ReceivedPost) => Passage | Promise<Passage>,
): Promise<Gateway> {
  let target: Promise<Example> | undefined
  let count = 0
  const receiver = await aReceiver({ behaviour: (response, post) => void pass(response, post) })

  async function pass(response: ServerResponse, post: ReceivedPost): Promise<void> {
    count += 1
    const passage = await passageOf(count - 1, post)
    const status = passage === 'refused' ? 500 : await taken(post)
    answersWith(passage === 'answer lost' ? 500 : status)(response, post)
  }

  /** The example’s status; 502 where it went away meanwhile. */
  async function taken({ headers, body }: ReceivedPost): Promise<number> {
    const example = await target
    const signed = Object.entries(headers).filter(([name]) => name.startsWith('webhook-'))
    return fetch(`${example?.url}/hooks/rolecall`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...Object.fromEntries(signed.map(([name, of]) => [name, `${of}`])),
      },
      body,
    }).then(
      ({ status }) => status,
      () => 502,
    )
  }

  return {
    ...receiver,
    lead: (to) => {
      target = to
    },
  }
}
