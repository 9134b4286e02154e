import type { Preview } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useEffect, useRef, useState } from 'react'

export interface PreviewState {
  readonly preview: Preview | undefined
  /** Why it cannot be done, or not be asked. */
  readonly error: RolecallError | undefined
}

const nothing: PreviewState = { preview: undefined, error: undefined }

/**
 * What a change would do, from the server, which rehearses it.
 * @param question what is asked about: another one is asked anew; none asks nothing
 */
export function usePreview(
  question: string | undefined,
  ask: (options: { signal: AbortSignal }) => Promise<Preview>,
): PreviewState {
  const [answer, setAnswer] = useState<PreviewState & { question: string | undefined }>()
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    if (question === undefined) return
    const abort = new AbortController()
    latest.current({ signal: abort.signal }).then(
      (preview) => setAnswer({ question, preview, error: undefined }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        if (!(error instanceof RolecallError)) throw error
        setAnswer({ question, preview: undefined, error })
      },
    )
    return () => abort.abort()
  }, [question])
  return question !== undefined && answer?.question === question ? answer : nothing
}
