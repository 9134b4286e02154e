/** The poster of webhooks by itself, against receivers on this machine. */
import { createGuard } from '../../server/src/webhooks/guard.ts'
import { type Answered, createPoster, type Poster, type PosterOptions } from '../../server/src/webhooks/post.ts'
import { aReceiver, type Behaviour } from './receiver.ts'
import { atEnd } from './teardown.ts'

export const now = new Date('2026-03-01T12:00:00.000Z')
/** Of a sender that never stops. */
export const signal = new AbortController().signal

export function aPoster(options: Pick<PosterOptions, 'timeoutMs' | 'maxKept'> = {}): Poster {
  const guard = createGuard({ loopback: true, resolve: async () => ['127.0.0.1'] })
  const poster = createPoster({ guard, now: () => now, timeoutMs: 10_000, ...options })
  atEnd(() => poster.close())
  return poster
}

export const to = (url: string) => ({
  url,
  body: '{"type":"member.added"}',
  headers: { 'content-type': 'application/json' },
})

/** What becomes of a post to a receiver that behaves like this; resolves only once its connection is given back. */
export async function postTo(behaviour: Behaviour, timeoutMs?: number): Promise<Answered> {
  const receiver = await aReceiver({ behaviour })
  const poster = aPoster(timeoutMs === undefined ? {} : { timeoutMs })
  const answered = await poster.post(to(receiver.url), signal)
  await poster.close()
  await receiver.untilNoSockets()
  await receiver.close()
  return answered
}

/** The same, given up once some of the answer’s body has come: a busy machine gets more time until it has. */
export async function postUntilBegun(behaviour: Behaviour): Promise<Answered> {
  for (let timeoutMs = 300; ; timeoutMs *= 2) {
    const answered = await postTo(behaviour, timeoutMs)
    if ((answered.response?.body ?? '') !== '') return answered
  }
}
