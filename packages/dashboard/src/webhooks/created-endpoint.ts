import { useEffect, useState } from 'react'

/** An endpoint as it was answered when it was added, with its secret where that was not lost on its way. */
export interface CreatedEndpoint {
  readonly id: string
  readonly url: string
  readonly secret?: string | undefined
}

// On the way from the form to the endpoint's own page. The browser's history would keep the secret, and bring it back
// when that page is loaded anew.
let created: CreatedEndpoint | undefined

export function handOver(endpoint: CreatedEndpoint): void {
  created = endpoint
}

/** The endpoint where it has just been added, for as long as its page is open; and how to be done with that. */
export function useCreated(id: string): [endpoint: CreatedEndpoint | undefined, leave: () => void] {
  const [here, setHere] = useState(() => (created?.id === id ? created : undefined))
  useEffect(() => {
    created = undefined
  }, [])
  return [here, () => setHere(undefined)]
}
