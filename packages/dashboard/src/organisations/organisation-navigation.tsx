import { useDisclosure } from '@mantine/hooks'
import { Suspense } from 'react'
import { LeaveDialog } from '../dialogs.ts'
import { OwnRole } from '../frame/own-role.tsx'
import { SideNavigation } from '../frame/side-navigation.tsx'
import { useOrganisation } from './organisation-context.ts'

export function OrganisationNavigation({ onFollow }: { onFollow: () => void }) {
  const { id, role, permissions, isOwn } = useOrganisation()
  const [isLeaving, leaving] = useDisclosure(false)
  return (
    <>
      <SideNavigation
        organisation={id}
        permissions={permissions}
        onFollow={onFollow}
        below={<OwnRole organisation={id} role={role} onFollow={onFollow} onLeave={isOwn ? undefined : leaving.open} />}
      />
      <Suspense>{isLeaving && <LeaveDialog onClose={leaving.close} />}</Suspense>
    </>
  )
}
