/**
 * How many posts this node has under way, over all endpoints. A receiver that hangs holds its place until the time is
 * over, so nobody gets many: a quarter of the places is for endpoints that fail, the rest for the others, and of either
 * an organisation gets a quarter at most. Half of each of these is kept for endpoints that have nothing under way, so
 * that some which begin to hang, with several posts each, leave the others a place. An endpoint that finds none waits in
 * line, for one post at a time.
 */
export interface Places {
  /** Of an endpoint. `onTurn` is called when the place is there that it waits for. */
  line(organisation: string, onTurn: () => void): Line
}

export interface Line {
  /** Answers what gives the place back, to be called once. Undefined where there is none: from then on it waits. */
  take(isFailing: boolean): (() => void) | undefined
  isWaiting(): boolean
  /** It has nothing to post: it waits no longer, and does not keep a place that it was called to. */
  leave(): void
}

const share = 1 / 4

export function createPlaces(count: number): Places {
  const failing = Math.max(1, Math.floor(count * share))
  const rooms = { failing: createRoom(failing), others: createRoom(count - failing) }

  return {
    line(organisation, onTurn) {
      const waiter: Waiter = { organisation, onTurn, isCalled: false }
      let room: Room | undefined
      const leave = () => {
        room?.leave(waiter)
        room = undefined
      }
      return {
        take(isFailing) {
          const wanted = isFailing ? rooms.failing : rooms.others
          if (room !== wanted) leave()
          room = wanted.take(waiter) ? undefined : wanted
          return room === undefined ? () => wanted.giveBack(waiter) : undefined
        },
        isWaiting: () => room !== undefined,
        leave,
      }
    },
  }
}

interface Waiter {
  readonly organisation: string
  readonly onTurn: () => void
  /** A place is kept for it. */
  isCalled: boolean
}

interface Room {
  /** Whether it has got a place. If not, it is called when there is one. */
  take(waiter: Waiter): boolean
  leave(waiter: Waiter): void
  giveBack(waiter: Waiter): void
}

function createRoom(places: number): Room {
  const forEach = Math.ceil(places * share)
  /** By organisation, and by endpoint. */
  const taken = new Map<string | Waiter, number>()
  /** In order, and none of them could be let in. */
  const waiting = new Set<Waiter>()
  let inAll = 0

  const takenBy = (whose: string | Waiter) => taken.get(whose) ?? 0

  function isFree(waiter: Waiter): boolean {
    const part = takenBy(waiter) === 0 ? 1 : 1 / 2
    return inAll < places * part && takenBy(waiter.organisation) < forEach * part
  }

  function count(waiter: Waiter, by: 1 | -1): void {
    inAll += by
    for (const whose of [waiter, waiter.organisation]) {
      const posts = takenBy(whose) + by
      if (posts === 0) taken.delete(whose)
      else taken.set(whose, posts)
    }
  }

  function giveBack(waiter: Waiter): void {
    count(waiter, -1)
    // Two may have one by now: one for who has nothing under way, and one for who has.
    for (const next of waiting) {
      if (inAll >= places) return
      if (!isFree(next)) continue
      waiting.delete(next)
      next.isCalled = true
      count(next, 1)
      next.onTurn()
    }
  }

  return {
    take(waiter) {
      if (!waiter.isCalled) {
        if (!isFree(waiter)) {
          waiting.add(waiter)
          return false
        }
        count(waiter, 1)
      }
      waiter.isCalled = false
      return true
    },
    leave(waiter) {
      waiting.delete(waiter)
      if (!waiter.isCalled) return
      waiter.isCalled = false
      giveBack(waiter)
    },
    giveBack,
  }
}
