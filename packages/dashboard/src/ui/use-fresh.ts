import { RolecallError } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'

export interface Fresh<Answer> {
  /** The last one, also while asking again fails. */
  readonly answer: Answer | undefined
  /** Why asking last failed. */
  readonly error: RolecallError | undefined
  readonly again: () => void
}

/** After the network, or the server's database, was away. */
const awayMs = 5_000

/**
 * What the server says, asked again every `everyMs` while the page is in sight, and at once by `again`. For what no
 * event tells, such as how deliveries go. Without `everyMs` it is asked once, and when the page comes into sight again.
 * `question`: what is asked for, where that changes while the page stays: the last answer stands until the next one has
 * come.
 */
export function useFresh<Answer>(
  everyMs: number | undefined,
  ask: (options: { signal: AbortSignal }) => PromiseLike<Answer>,
  question = '',
): Fresh<Answer> {
  const [state, setState] = useState<Omit<Fresh<Answer>, 'again'>>({ answer: undefined, error: undefined })
  const latest = useRef(ask)
  latest.current = ask
  const asking = useRef<() => void>(undefined)
  const asked = useRef(question)

  useEffect(() => {
    const abort = new AbortController()
    const askOnce = async () => {
      try {
        const answer = await latest.current({ signal: abort.signal })
        if (!abort.signal.aborted) setState({ answer, error: undefined })
      } catch (error) {
        if (abort.signal.aborted) return undefined
        if (!(error instanceof RolecallError)) throw error
        setState((before) => ({ ...before, error }))
        // What is gone does not come back.
        if (error.code === 'not_found') return undefined
        if (error.code === 'network' || error.code === 'unavailable') return Math.min(everyMs ?? awayMs, awayMs)
      }
      return everyMs
    }
    const rounds = startRounds(askOnce)
    asking.current = rounds.again
    return () => {
      abort.abort()
      rounds.stop()
    }
  }, [everyMs])

  useEffect(() => {
    if (asked.current === question) return
    asked.current = question
    asking.current?.()
  }, [question])

  const [again] = useState(() => () => asking.current?.())
  return { ...state, again }
}

/**
 * One round at a time, while the page is in sight; one that is asked for during another follows it.
 * @param round answers in how many milliseconds another one is of use
 */
function startRounds(round: () => Promise<number | undefined>): { again(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRunning = false
  let isWanted = false
  let isStopped = false

  const run = async () => {
    clearTimeout(timer)
    isWanted = isRunning
    if (isRunning) return
    isRunning = true
    let waitMs: number | undefined
    do {
      isWanted = false
      waitMs = await round()
    } while (isWanted && !isStopped)
    isRunning = false
    if (waitMs !== undefined && !isStopped && !document.hidden) timer = setTimeout(run, waitMs)
  }
  const onVisibility = () => {
    if (document.hidden) clearTimeout(timer)
    else void run()
  }

  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('online', run)
  void run()
  return {
    again: () => void run(),
    stop() {
      isStopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('online', run)
    },
  }
}
