import type { ApiKey } from '@rolecall/contract'
import type { Tone } from '../ui/state-tag.tsx'

interface KeyState {
  readonly name: string
  readonly tone: Tone
  /** Why it does less than its role. */
  readonly about?: string
}

/** How a key stands. */
export function stateOf({ status, issuer }: ApiKey): KeyState {
  switch (status) {
    case 'active':
      return { name: 'Active', tone: 'good' }
    case 'narrowed':
      return { name: 'Narrowed', tone: 'waiting', about: `${issuer.name} may grant only a part of its role` }
    case 'paused':
      return { name: 'Paused', tone: 'bad', about: `${issuer.name}, who issued it, may grant it no longer` }
  }
}
