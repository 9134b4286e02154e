/**
 * How many posts this node has under way, over all endpoints. A receiver that hangs holds its place until the time is
 * over, so nobody gets many: a quarter of the places is for endpoints that fail, the rest for the others, and of either
 * an organisation gets a quarter at most. An endpoint that finds none waits in line, for one post at a time.
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
          return room === undefined ? () => wanted.giveBack(organisation) : undefined
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
  giveBack(organisation: string): void
}

function createRoom(places: number): Room {
  const forEach = Math.ceil(places * share)
  const taken = new Map<string, number>()
  /** In order, and none of them could be let in. */
  const waiting = new Set<Waiter>()
  let inAll = 0

  const takenBy = (organisation: string) => taken.get(organisation) ?? 0
  const isFree = (organisation: string) => inAll < places && takenBy(organisation) < forEach

  function letIn(organisation: string): void {
    inAll += 1
    taken.set(organisation, takenBy(organisation) + 1)
  }

  function giveBack(organisation: string): void {
    inAll -= 1
    const left = takenBy(organisation) - 1
    if (left === 0) taken.delete(organisation)
    else taken.set(organisation, left)
    for (const waiter of waiting) {
      if (!isFree(waiter.organisation)) continue
      waiting.delete(waiter)
      waiter.isCalled = true
      letIn(waiter.organisation)
      waiter.onTurn()
      return
    }
  }

  return {
    take(waiter) {
      if (!waiter.isCalled) {
        if (!isFree(waiter.organisation)) {
          waiting.add(waiter)
          return false
        }
        letIn(waiter.organisation)
      }
      waiter.isCalled = false
      return true
    },
    leave(waiter) {
      waiting.delete(waiter)
      if (!waiter.isCalled) return
      waiter.isCalled = false
      giveBack(waiter.organisation)
    },
    giveBack,
  }
}
