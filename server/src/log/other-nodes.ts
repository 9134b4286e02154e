/**
 * What a node knows of the others that serve the same data, from their pulses. Each holds a lease: without a pulse of
 * its own that has come back to it, and was sent within the time that a lease lasts, it asks the database instead of
 * its memory. So a change that took access away is known to all as soon as each of them has said that it applied it,
 * or has been silent for that time.
 */
import { z } from 'zod'
import type { PulseDocument } from './pulses.ts'

/** As a node of any version may have written it: what it does not say, or says otherwise, counts as not said. */
const pulseSchema = z.object({
  _id: z.string(),
  at: z.date().optional().catch(undefined),
  count: z.number().catch(0),
  asked: z.number().catch(0),
  heard: z.array(z.object({ node: z.string(), count: z.number() })).catch([]),
  settings: z.record(z.string(), z.string()).catch({}),
  stopped: z.boolean().catch(false),
})

export type OtherPulse = z.infer<typeof pulseSchema>

/** Undefined for what is no pulse of any node. */
export const readPulse = (document: unknown): OtherPulse | undefined => pulseSchema.safeParse(document).data

export interface OtherNodes {
  /** Whether one may hold a lease. */
  areThere(): boolean
  /** Takes a pulse out of the stream. Answers whether its node waits for one of ours. */
  hear(pulse: OtherPulse): boolean
  /** Takes note of a node that was there before the stream began; once all are met, no other holds a lease. */
  meet(nodes: readonly string[]): void
  /** Takes note of one that has stopped. */
  forget(node: string): void
  /** For a pulse of ours that now leaves. */
  heard(): PulseDocument['heard']
  /** Resolves once all that hold a lease have heard our pulse `count`, or hold none any more. */
  haveHeard(count: number): Promise<void>
  /** The stream has ended: whom it would have told of is not known. */
  lose(): void
}

interface OtherNode {
  heardAt: number
  /** The last pulse that came through the stream; 0 for none. */
  count: number
  /** The last that a pulse of ours named. */
  answered: number
}

interface Waiting {
  readonly nodes: Set<string>
  readonly count: number
  readonly resolve: () => void
}

/** Two clocks that nobody sets may run at different speed, by far less than this. */
const drift = 1.05
/** A node that has not been heard for so long has died. */
const deadAfterMs = 60_000

export function createOtherNodes({ nodeId, leaseMs }: { nodeId: string; leaseMs: number }): OtherNodes {
  const nodes = new Map<string, OtherNode>()
  const waiting = new Set<Waiting>()
  let areAllMet = false

  const leaseEnds = ({ heardAt }: OtherNode) => heardAt + leaseMs * drift

  function alive(): [string, OtherNode][] {
    const at = performance.now()
    return [...nodes].filter(([, node]) => leaseEnds(node) > at)
  }

  function known(node: string): OtherNode {
    const found = nodes.get(node) ?? { heardAt: 0, count: 0, answered: 0 }
    nodes.set(node, found)
    found.heardAt = performance.now()
    return found
  }

  function isDone(one: Waiting, node: string): void {
    one.nodes.delete(node)
    if (one.nodes.size === 0) one.resolve()
  }

  return {
    areThere: () => !areAllMet || alive().length > 0,
    hear({ _id, count, asked, heard }) {
      const node = known(_id)
      node.count = Math.max(node.count, count)
      const ours = heard.find(({ node }) => node === nodeId)?.count ?? 0
      for (const one of [...waiting]) if (one.count <= ours) isDone(one, _id)
      return asked > node.answered
    },
    meet(present) {
      for (const node of present) known(node)
      areAllMet = true
    },
    forget(node) {
      nodes.delete(node)
      for (const one of [...waiting]) isDone(one, node)
    },
    heard() {
      const at = performance.now()
      for (const [id, node] of nodes) {
        if (at - node.heardAt > deadAfterMs) nodes.delete(id)
        else node.answered = node.count
      }
      return [...nodes].flatMap(([node, { count }]) => (count === 0 ? [] : [{ node, count }]))
    },
    haveHeard(count) {
      // Of a node that is not known no lease can be older than this moment.
      const all = areAllMet ? alive() : undefined
      const at = performance.now()
      const ends = all === undefined ? [at + leaseMs * drift] : all.map(([, node]) => leaseEnds(node))
      if (all?.length === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const names = all === undefined ? ['everybody'] : all.map(([node]) => node)
        const one: Waiting = {
          nodes: new Set(names),
          count,
          resolve: () => {
            clearTimeout(timer)
            waiting.delete(one)
            resolve()
          },
        }
        const timer = setTimeout(one.resolve, Math.max(...ends) - at)
        waiting.add(one)
      })
    },
    lose() {
      areAllMet = false
      nodes.clear()
    },
  }
}
