import type { Webhook } from '@rolecall/contract'
import { useState } from 'react'

/** What is chosen of an endpoint. */
export type Composition = Pick<Webhook, 'url' | 'types' | 'description' | 'ordered' | 'concurrency'>

export interface EndpointDraft {
  readonly now: Composition
  /** What is another than it was. */
  readonly changes: Partial<Composition>
  readonly change: (change: Partial<Composition>) => void
}

const fresh: Composition = { url: '', types: ['*'], description: '', ordered: false, concurrency: 4 }

/**
 * An endpoint that is being composed or changed. What was not touched follows it as others change it.
 * @param endpoint as it is now; absent for a new one
 */
export function useEndpointDraft(endpoint?: Webhook): EndpointDraft {
  const [touched, setTouched] = useState<Partial<Composition>>({})
  const base = endpoint ?? fresh
  const now = compositionOf({ ...base, ...touched })
  const { url, types, description, ordered, concurrency } = now
  return {
    now,
    changes: {
      ...(url === base.url ? {} : { url }),
      ...(isSame(types, base.types) ? {} : { types }),
      ...(description === base.description ? {} : { description }),
      ...(ordered === base.ordered ? {} : { ordered }),
      ...(concurrency === base.concurrency ? {} : { concurrency }),
    },
    change: (change) => setTouched((before) => ({ ...before, ...change })),
  }
}

export function compositionOf({ url, types, description, ordered, concurrency }: Composition): Composition {
  return { url, types, description, ordered, concurrency }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((type) => other.includes(type))
}
