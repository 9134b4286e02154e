import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from './people.ts'

/**
 * Asks again what a busy machine has let wait for too long, which is answered 503. What must not be done twice names an
 * `Idempotency-Key`, as a client’s does.
 */
export async function insist(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send()
    if (answer.status !== 503) return answer
    await pause(50)
  }
}
