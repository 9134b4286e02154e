import type { Organisation } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { rolecall } from '../rolecall.ts'

export interface Deleted {
  /** Undefined until they were read. */
  readonly rows: readonly Organisation[] | undefined
  readonly error: RolecallError | undefined
  readonly read: () => Promise<void>
}

export const DeletedContext = createContext<Deleted | undefined>(undefined)

/** The deleted organisations that one can restore. */
export function useDeleted(): Deleted {
  const deleted = use(DeletedContext)
  if (deleted === undefined) throw new Error('useDeleted is for pages of somebody who is signed in')
  return deleted
}

/** Reads them, for the whole of the page; anew when one is deleted, and when one comes back. */
export function useReadingDeleted(): Deleted {
  const [rows, setRows] = useState<readonly Organisation[]>()
  const [error, setError] = useState<RolecallError>()

  const read = useCallback(async () => {
    try {
      const found: Organisation[] = []
      for await (const row of rolecall.organisations.list({ deleted: 'true' })) found.push(row)
      setRows(found)
      setError(undefined)
    } catch (thrown) {
      if (!(thrown instanceof RolecallError)) throw thrown
      setError(thrown)
    }
  }, [])

  const latest = useRef(rows)
  latest.current = rows
  useEffect(() => {
    void read()
    const stops = [
      rolecall.onRevoked(({ reason }) => reason === 'organisation_deleted' && read()),
      rolecall.onAccess(({ organisation }) => latest.current?.some(({ id }) => id === organisation) && read()),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [read])

  return useMemo(() => ({ rows, error, read }), [rows, error, read])
}
