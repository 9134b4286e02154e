import type { Answer } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useCallback, useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

export type InvitationPreview = Answer<'invitations', 'preview'>

interface Read {
  readonly preview?: InvitationPreview
  readonly error?: RolecallError
}

/** What a token invites to. Looking joins nobody. */
export function usePreview(token: string): Read & { readonly read: () => Promise<void> } {
  const [found, setFound] = useState<Read>({})
  const read = useCallback(async () => {
    try {
      setFound({ preview: await rolecall.invitations.preview({ token }) })
    } catch (thrown) {
      if (!(thrown instanceof RolecallError)) throw thrown
      setFound({ error: thrown })
    }
  }, [token])
  useEffect(() => {
    void read()
  }, [read])
  return { ...found, read }
}
