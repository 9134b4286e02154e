import { problem } from '@rolecall/contract'

interface Queue {
  waiting: (() => void)[]
}

export interface Queues {
  /**
   * Waits until one's turn in the named queue has come, at most until the deadline on the clock of `performance.now()`;
   * answers what gives the turn back.
   */
  enter(name: string, deadline: number): Promise<() => void>
}

/**
 * Lets the changes of one log enter first come, first served. Without it, writers of one log meet in the database as
 * write conflicts, whose retries starve each other.
 */
export function createQueues({ limit }: { limit: number }): Queues {
  const queues = new Map<string, Queue>()

  function leave(name: string): void {
    const next = queues.get(name)?.waiting.shift()
    if (next === undefined) queues.delete(name)
    else next()
  }

  return {
    async enter(name, deadline) {
      const queue = queues.get(name)
      if (queue === undefined) {
        queues.set(name, { waiting: [] })
        return () => leave(name)
      }
      if (queue.waiting.length >= limit) throw busy()
      await new Promise<void>((resolve, reject) => {
        const turn = () => {
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(() => {
          queue.waiting.splice(queue.waiting.indexOf(turn), 1)
          reject(busy())
        }, deadline - performance.now())
        queue.waiting.push(turn)
      })
      return () => leave(name)
    },
  }
}

const busy = () => problem('unavailable', { detail: 'Too many changes are waiting here. Try again in a moment.' })
