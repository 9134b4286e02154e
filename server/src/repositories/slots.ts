import { refusal } from '../refusal.ts'

export interface Slots {
  /** Takes a place; answers what gives it back. Throws `rate_limited` and `unavailable`. */
  enter(account: string): () => void
}

/** So many exchanges with git clients there are at once, in all and of one account. */
export function createSlots({ inAll, perAccount }: { inAll: number; perAccount: number }): Slots {
  const taken = new Map<string, number>()
  let count = 0
  return {
    enter(account) {
      const own = taken.get(account) ?? 0
      if (own >= perAccount) {
        throw refusal('rate_limited', {
          retryAfterSeconds: 5,
          detail: `You can have ${perAccount} clones and pushes at once. Try again in a moment.`,
        })
      }
      if (count >= inAll) {
        throw refusal('unavailable', {
          retryAfterSeconds: 5,
          detail: 'Too many clones and pushes at once. Try again in a moment.',
        })
      }
      taken.set(account, own + 1)
      count += 1
      let isLeft = false
      return () => {
        if (isLeft) return
        isLeft = true
        count -= 1
        const left = (taken.get(account) ?? 1) - 1
        if (left === 0) taken.delete(account)
        else taken.set(account, left)
      }
    },
  }
}
