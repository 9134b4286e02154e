import { Counter, Histogram, type Registry } from 'prom-client'
import type { DeliveryAttempt } from './documents.ts'

export interface Measures {
  /** An event is tried for the first time, so long after it happened. */
  begun(afterMs: number): void
  ended(outcome: DeliveryAttempt['outcome']): void
}

export function createMeasures(registry: Registry): Measures {
  const attempts = new Counter({
    name: 'rolecall_webhook_attempts_total',
    help: 'Posts to webhooks by how they ended',
    labelNames: ['outcome'] as const,
    registers: [registry],
  })
  const delays = new Histogram({
    name: 'rolecall_webhook_first_attempt_seconds',
    help: 'Time from an event to its first post to a webhook',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 3_600],
    registers: [registry],
  })
  return {
    begun: (afterMs) => delays.observe(Math.max(afterMs, 0) / 1_000),
    ended: (outcome) => attempts.inc({ outcome }),
  }
}
