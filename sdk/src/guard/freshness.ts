/**
 * How old what is known may be, by the only proof that there is: the server has said that there was nothing newer when
 * it was asked, a moment ago. A connection that seems open proves nothing.
 */

/** A moment by both clocks: the monotonic one stands still while the machine sleeps, the other one may be set back. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export const present = (): Moment => ({ monotonicMs: performance.now(), wallMs: Date.now() })

/** How long ago it was, by the clock that says more. */
export function ageMs({ monotonicMs, wallMs }: Moment): number {
  return Math.max(performance.now() - monotonicMs, Date.now() - wallMs)
}

/** What is confirmed together, since it comes over one connection. */
export interface Confirmable {
  /** What the connection and its subscription were when this was asked; undefined without either. */
  subscription(): object | undefined
  confirmed(at: Moment): void
}

export interface Confirmations {
  add(one: Confirmable): void
  remove(one: Confirmable): void
  /** Soon, because one of them has just been subscribed. */
  ask(): void
}

const togetherMs = 20

/** Asks the server again and again, as often as it takes to be sure all the time. */
export function createConfirmations(confirm: () => Promise<void>, everyMs: number): Confirmations {
  const all = new Set<Confirmable>()
  let timer: ReturnType<typeof setInterval> | undefined
  let due: ReturnType<typeof setTimeout> | undefined

  const ask = async () => {
    const asked = [...all].map((one) => ({ one, subscription: one.subscription() }))
    if (asked.every(({ subscription }) => subscription === undefined)) return
    const at = present()
    try {
      await confirm()
    } catch {
      // Not confirmed, which is all that there is to say: who is not for too long is not believed any more.
      return
    }
    for (const { one, subscription } of asked) {
      // What was subscribed anew meanwhile has been told nothing by this answer.
      if (subscription !== undefined && subscription === one.subscription()) one.confirmed(at)
    }
  }

  return {
    add(one) {
      all.add(one)
      if (timer !== undefined) return
      timer = setInterval(ask, everyMs)
      // A program that has nothing else to do may end.
      if (typeof timer === 'object') timer.unref()
    },
    remove(one) {
      all.delete(one)
      if (all.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
    ask() {
      // After a lost connection all are subscribed at once, and one question serves them.
      if (due !== undefined) return
      due = setTimeout(() => {
        due = undefined
        void ask()
      }, togetherMs)
    },
  }
}
