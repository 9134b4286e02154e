import type { Webhook } from '@rolecall/contract'
import { useNow } from '../ui/now.ts'
import { RelativeTime } from '../ui/relative-time.tsx'

const minuteMs = 60_000

interface Props {
  at: string
  /** Where it is posted to, which may rest, or be left alone for longer. */
  endpoint?: Pick<Webhook, 'enabled' | 'notBefore'>
}

/** When something is posted next. What is due waits for its turn. */
export function NextTry({ at, endpoint }: Props) {
  const now = useNow()
  if (endpoint?.enabled === false) return 'once its endpoint goes on'
  const next = new Date(Math.max(Date.parse(at), Date.parse(endpoint?.notBefore ?? at))).toISOString()
  const inMs = Date.parse(next) - now
  if (inMs >= minuteMs) return <RelativeTime at={next} />
  return <time dateTime={next}>{inMs > 0 ? 'in a moment' : 'as soon as its turn comes'}</time>
}
