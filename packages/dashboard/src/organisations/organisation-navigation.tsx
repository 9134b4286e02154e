import { useDisclosure } from '@mantine/hooks'
import { Suspense } from 'react'
import { LeaveDialog } from '../dialogs.ts'
import { OwnRole } from '../frame/own-role.tsx'
import { SideNavigation } from '../frame/side-navigation.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { useOrganisation } from './organisation-context.ts'
import classes from './organisation-navigation.module.css'

export function OrganisationNavigation({ onFollow }: { onFollow: () => void }) {
  const { id, role, permissions, isOwn, live } = useOrganisation()
  const description = useWatched(live).organisation?.description ?? ''
  const [isLeaving, leaving] = useDisclosure(false)
  const below = (
    <div>
      {description !== '' && (
        <p className={classes.description} title={description}>
          {description}
        </p>
      )}
      <OwnRole organisation={id} role={role} onFollow={onFollow} onLeave={isOwn ? undefined : leaving.open} />
    </div>
  )
  return (
    <>
      <SideNavigation organisation={id} permissions={permissions} onFollow={onFollow} below={below} />
      <Suspense>{isLeaving && <LeaveDialog onClose={leaving.close} />}</Suspense>
    </>
  )
}
