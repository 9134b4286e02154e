import type { ServerResponse } from 'node:http'
import { answersWith, aReceiver, type Behaviour, type ReceivedPost, resets } from './receiver.ts'
import type { Mood } from './webhook-history.ts'

export interface TakenPost extends ReceivedPost {
  /** How many posts had come by then, this one included. */
  readonly after: number
}

export interface MoodyReceiver {
  readonly url: string
  readonly received: readonly ReceivedPost[]
  /** Those that were answered with 204. */
  readonly taken: readonly TakenPost[]
  /** How many are held whose sender still waits. */
  held(): number
  /** Resolves once those that were taken satisfy this. */
  until(isSatisfied: (taken: readonly ReceivedPost[]) => boolean): Promise<void>
  /** From here on; what was held is answered so too. */
  turn(mood: Mood): void
}

/** Held for longer, a post may be given up by its sender at the very moment of its answer, and nobody knows what came of it. */
const heldForMs = 10_000

/** A receiver that behaves in one way and then in another. */
export async function aMoodyReceiver(first: Mood): Promise<MoodyReceiver> {
  const taken: TakenPost[] = []
  const held: { readonly answer: () => void; readonly response: ServerResponse }[] = []
  let count = 0
  const takes: Behaviour = (response, post) => {
    // Whoever has gone meanwhile hears nothing of it.
    if (!response.destroyed) taken.push({ ...post, after: receiver.received.length })
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
      const answer = () => {
        const behaviour = performance.now() - since < heldForMs ? present : resets
        behaviour(response, post)
      }
      held.push({ answer, response })
    },
    'is gone': answersWith(410),
  }
  let present = moods[first]
  const receiver = await aReceiver({ behaviour: present })
  return {
    url: receiver.url,
    received: receiver.received,
    taken,
    held: () => held.filter(({ response }) => !response.destroyed).length,
    until: (isSatisfied) => receiver.until(() => isSatisfied(taken)),
    turn(mood) {
      present = moods[mood]
      receiver.behave(present)
      if (mood !== 'holds') for (const { answer } of held.splice(0)) answer()
    },
  }
}
