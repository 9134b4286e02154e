import { Navigate } from 'react-router'
import { firstPage } from '../frame/sections.ts'
import { useOrganisation } from './organisation-context.ts'

/** The address of an organisation alone leads to its first page that one may see. */
export function FirstPage() {
  const { id, permissions } = useOrganisation()
  return <Navigate to={firstPage(id, permissions)} replace />
}
