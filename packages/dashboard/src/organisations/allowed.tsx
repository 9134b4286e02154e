import type { Permission } from '@rolecall/contract'
import { type ReactNode, useRef } from 'react'
import { Navigate } from 'react-router'
import { firstPage } from '../frame/sections.ts'
import { Forbidden } from './forbidden.tsx'
import { useOrganisation } from './organisation-context.ts'

/** A page that needs a permission. Who loses it while looking is led on; who never had it is told. */
export function Allowed({ needs, children }: { needs: Permission; children: ReactNode }) {
  const { id, permissions } = useOrganisation()
  const isAllowed = permissions.includes(needs)
  const wasAllowed = useRef(false)
  wasAllowed.current ||= isAllowed
  if (isAllowed) return children
  return wasAllowed.current ? <Navigate to={firstPage(id, permissions)} replace /> : <Forbidden needs={needs} />
}
