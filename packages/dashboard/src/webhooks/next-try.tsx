import { useNow } from '../ui/now.ts'
import { RelativeTime } from '../ui/relative-time.tsx'

const minuteMs = 60_000

/** When something is posted next. What is due waits for its turn, or for its endpoint to go on. */
export function NextTry({ at }: { at: string }) {
  const inMs = Date.parse(at) - useNow()
  if (inMs >= minuteMs) return <RelativeTime at={at} />
  return <time dateTime={at}>{inMs > 0 ? 'in a moment' : 'as soon as its turn comes'}</time>
}
