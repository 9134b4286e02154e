import { problem } from '@rolecall/contract'

interface Queue {
  waiting: (() => void)[]
}

export interface Queues {
  /**
   * Waits until one's turn in each of the named queues has come, on the clock of `performance.now()` at most until the
   * deadline; answers what gives the turns back.
   */
  enter(names: readonly string[], deadline: number): Promise<() => void>
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

  async function enterOne(name: string, deadline: number): Promise<void> {
    const queue = queues.get(name)
    if (queue === undefined) {
      queues.set(name, { waiting: [] })
      return
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
  }

  return {
    async enter(names, deadline) {
      // In one order for everyone: two changes that name the same logs cannot wait for each other.
      const ordered = [...new Set(names)].sort()
      const entered: string[] = []
      const leaveAll = () => {
        for (const name of entered.splice(0)) leave(name)
      }
      try {
        for (const name of ordered) {
          await enterOne(name, deadline)
          entered.push(name)
        }
      } catch (error) {
        leaveAll()
        throw error
      }
      return leaveAll
    },
  }
}

const busy = () => problem('unavailable', { detail: 'Too many changes are waiting here. Try again in a moment.' })
