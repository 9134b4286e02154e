import type { Organisation, RevokedReason } from '@rolecall/contract'
import { useEffect, useRef } from 'react'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { rolecall } from '../rolecall.ts'
import { notify } from './notify.ts'

/** Tells when one’s own place in an organisation changes, whichever page is open. */
export function AccessNotices() {
  const { rows, status } = useOrganisations()
  const before = useRef<readonly Organisation[]>(undefined)
  const reasons = useRef(new Map<string, RevokedReason>())

  useEffect(() => rolecall.onRevoked(({ organisation, reason }) => reasons.current.set(organisation, reason)), [])

  useEffect(() => {
    if (status !== 'live') return
    for (const text of before.current === undefined ? [] : changes(before.current, rows, reasons.current)) {
      notify(text)
    }
    before.current = rows
    reasons.current.clear()
  }, [rows, status])

  return null
}

function changes(
  before: readonly Organisation[],
  after: readonly Organisation[],
  reasons: ReadonlyMap<string, RevokedReason>,
): readonly string[] {
  const had = new Map(before.map((organisation) => [organisation.id, organisation]))
  const has = new Set(after.map(({ id }) => id))
  const gained = after.flatMap(({ id, name, role, roleName }) => {
    const former = had.get(id)
    if (former === undefined) return [`You are now ${roleName} in ${name}`]
    return former.role === role ? [] : [`Your role in ${name} is now ${roleName}`]
  })
  const lost = before.filter(({ id }) => !has.has(id)).map(({ id, name }) => lossOf(name, reasons.get(id)))
  return [...gained, ...lost]
}

function lossOf(name: string, reason: RevokedReason | undefined): string {
  if (reason === 'left') return `You left ${name}`
  if (reason === 'organisation_deleted') return `${name} was deleted`
  if (reason === 'suspended') return `Your access to ${name} was suspended`
  return `You were removed from ${name}`
}
