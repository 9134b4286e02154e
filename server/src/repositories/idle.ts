import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Sees whether a client neither sends nor takes anything. Git may take its time: only what waits for the client counts.
 * @returns what ends the watching
 */
export function watchIdle(
  request: IncomingMessage,
  response: ServerResponse,
  { idleMs, onIdle }: { readonly idleMs: number; readonly onIdle: () => void },
): () => void {
  let since = performance.now()
  const touch = () => {
    since = performance.now()
  }
  // It is paused while git does not read.
  const isAwaited = () => (!request.complete && !request.isPaused()) || response.writableNeedDrain
  request.on('data', touch)
  response.on('drain', touch)
  const timer = setInterval(
    () => {
      if (!isAwaited()) touch()
      else if (performance.now() - since >= idleMs) onIdle()
    },
    Math.min(1_000, idleMs / 2),
  )
  return () => {
    clearInterval(timer)
    request.off('data', touch)
    response.off('drain', touch)
  }
}
