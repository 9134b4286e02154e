import { answersWith, aReceiver, type Behaviour, type ReceivedPost, resets } from './receiver.ts'
import type { Mood } from './webhook-history.ts'

export interface MoodyReceiver {
  readonly url: string
  readonly received: readonly ReceivedPost[]
  /** Those that were answered with 204. */
  readonly taken: readonly ReceivedPost[]
  /** Resolves once those that were taken satisfy this. */
  until(isSatisfied: (taken: readonly ReceivedPost[]) => boolean): Promise<void>
  /** From here on; what was held is answered so too. */
  turn(mood: Mood): void
}

/** Held for longer, a post may be given up by its sender at the very moment of its answer, and nobody knows what came of it. */
const heldForMs = 10_000

/** A receiver that behaves in one way and then in another. */
export async function aMoodyReceiver(first: Mood): Promise<MoodyReceiver> {
  const taken: ReceivedPost[] = []
  const held: (() => void)[] = []
  let count = 0
  const takes: Behaviour = (response, post) => {
    // Whoever has gone meanwhile hears nothing of it.
    if (!response.destroyed) taken.push(post)
    answersWith(204)(response, post)
  }
  const fails = answersWith(500)
  const moods: Readonly<Record<Mood, Behaviour>> = {
    takes,
    fails,
    'fails now and then': (response, post) => {
      count += 1
      const answer = count % 3 === 0 ? fails : takes
      answer(response, post)
    },
    'is overloaded': answersWith(503, { 'retry-after': '20' }),
    'breaks off': resets,
    holds: (response, post) => {
      const since = performance.now()
      held.push(() => {
        const answer = performance.now() - since < heldForMs ? present : resets
        answer(response, post)
      })
    },
    'is gone': answersWith(410),
  }
  let present = moods[first]
  const receiver = await aReceiver({ behaviour: present })
  return {
    url: receiver.url,
    received: receiver.received,
    taken,
    until: (isSatisfied) => receiver.until(() => isSatisfied(taken)),
    turn(mood) {
      present = moods[mood]
      receiver.behave(present)
      if (mood !== 'holds') for (const answer of held.splice(0)) answer()
    },
  }
}
