/**
 * What one was told of, and what one has asked for and not yet heard of: after a crash each thing is as it was last
 * acknowledged, or as the one thing asked for since would have it.
 */
export interface Ledger<State> {
  /** Writes, and remembers the state when the write is acknowledged. */
  write(id: string, state: State, run: () => Promise<unknown>): Promise<void>
  get(id: string): State | undefined
  readonly ids: readonly string[]
  /** Takes what is there for what holds from now on; gives what contradicts what was acknowledged. */
  settle(found: ReadonlyMap<string, State>): string[]
}

interface Line<State> {
  known: State | undefined
  asked: { readonly state: State } | undefined
}

/** `absent` is the state of what is not there. */
export const createLedger = <State>(absent: State): Ledger<State> => {
  const lines = new Map<string, Line<State>>()
  return {
    async write(id, state, run) {
      const line = lines.get(id) ?? { known: absent, asked: undefined }
      lines.set(id, line)
      line.asked = { state }
      await run()
      line.known = state
      line.asked = undefined
    },
    get: (id) => lines.get(id)?.known,
    get ids() {
      return [...lines.keys()]
    },
    settle(found) {
      const strangers = [...found.keys()].filter((id) => !lines.has(id)).map((id) => `${id} was never written`)
      const wrong: string[] = []
      for (const [id, line] of lines) {
        const state = found.get(id) ?? absent
        if (state !== line.known && state !== line.asked?.state) {
          wrong.push(
            `${id} is ${String(state)}, acknowledged is ${String(line.known)}, asked ${String(line.asked?.state)}`,
          )
        }
        lines.set(id, { known: state, asked: undefined })
      }
      return [...strangers, ...wrong]
    },
  }
}
