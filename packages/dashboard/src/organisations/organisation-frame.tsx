import type { Live } from '@rolecall/sdk'
import { useEffect, useRef } from 'react'
import { Navigate, useParams } from 'react-router'
import { Frame } from '../frame/frame.tsx'
import { useOwnRoleNotice } from '../notices/own-role-notice.ts'
import { hush } from '../ui/announcer.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { OrganisationContext } from './organisation-context.ts'
import { OrganisationNavigation } from './organisation-navigation.tsx'
import { OrganisationPages } from './organisation-pages.tsx'
import { useHere } from './use-here.ts'
import { useLive } from './use-live.ts'

/** Everything of one organisation: follows it live, and gives way when access to it ends. */
export default function OrganisationFrame() {
  const { organisation = '' } = useParams()
  const live = useLive(organisation)
  // Another organisation, another tree: nothing of the one before stays.
  return live === undefined ? null : <Following key={live.id} live={live} />
}

function Following({ live }: { live: Live }) {
  const { status, organisation, permissions } = useWatched(live)
  const here = useHere(live)
  useOwnRoleNotice(live)
  const hadAccess = useRef(false)
  hadAccess.current ||= here !== undefined
  const seen = useRef(permissions)
  // With what one may see ends what was said of it.
  useEffect(() => {
    if (seen.current !== permissions) hush()
    seen.current = permissions
  }, [permissions])
  useEffect(() => hush, [])

  if (status.state === 'ended' && hadAccess.current) return <Navigate to="/" replace />
  return (
    <OrganisationContext value={here}>
      <Frame
        current={organisation}
        status={status.state === 'ended' ? undefined : status}
        navigation={(onFollow) => here !== undefined && <OrganisationNavigation onFollow={onFollow} />}
      >
        <OrganisationPages isKnown={here !== undefined} isNowhere={status.state === 'ended'} />
      </Frame>
    </OrganisationContext>
  )
}
