import type { Organisation, RevokedReason } from '@rolecall/contract'
import { useEffect, useRef } from 'react'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { rolecall } from '../rolecall.ts'
import { readOwnRole } from '../roles/own-role-in.ts'
import { notify } from './notify.ts'

/** Tells when one’s own place in an organisation changes, whichever page is open. */
export function AccessNotices() {
  const { rows, status } = useOrganisations()
  const before = useRef<readonly Organisation[]>(undefined)
  const reasons = useRef(new Map<string, RevokedReason>())

  useEffect(() => rolecall.onRevoked(({ organisation, reason }) => reasons.current.set(organisation, reason)), [])

  useEffect(() => {
    if (status !== 'live') return
    if (before.current !== undefined) {
      for (const [place, text] of gains(before.current, rows))
        void readOwnRole(place).then(({ name }) => notify(text(name)))
      for (const text of losses(before.current, rows, reasons.current)) notify(text)
    }
    before.current = rows
    reasons.current.clear()
  }, [rows, status])

  return null
}

/** What one became, once the name of the role is known. */
function gains(
  before: readonly Organisation[],
  after: readonly Organisation[],
): readonly (readonly [Organisation, (role: string) => string])[] {
  const had = new Map(before.map((organisation) => [organisation.id, organisation]))
  return after.flatMap((organisation) => {
    const { id, name, role } = organisation
    const former = had.get(id)
    if (former?.role === role) return []
    const text = (roleName: string) =>
      former === undefined ? `You are now ${roleName} in ${name}` : `Your role in ${name} is now ${roleName}`
    return [[organisation, text] as const]
  })
}

function losses(
  before: readonly Organisation[],
  after: readonly Organisation[],
  reasons: ReadonlyMap<string, RevokedReason>,
): readonly string[] {
  const has = new Set(after.map(({ id }) => id))
  return before.filter(({ id }) => !has.has(id)).map(({ id, name }) => lossOf(name, reasons.get(id)))
}

function lossOf(name: string, reason: RevokedReason | undefined): string {
  if (reason === 'left') return `You left ${name}`
  if (reason === 'organisation_deleted') return `${name} was deleted`
  if (reason === 'suspended') return `Your access to ${name} was suspended`
  return `You were removed from ${name}`
}
