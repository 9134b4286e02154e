import { useParams } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { useWatched } from '../ui/use-watched.ts'
import { MemberProfile } from './member-profile.tsx'
import { NoMember } from './no-member.tsx'

export default function MemberPage() {
  return (
    <Allowed needs="member:read">
      <OneMember />
    </Allowed>
  )
}

function OneMember() {
  const { member: id } = useParams()
  const { live } = useOrganisation()
  const { rows, status } = useWatched(live.members)
  const member = rows.find((row) => row.id === id)
  if (member !== undefined) return <MemberProfile member={member} />
  if (status === 'live') return <NoMember />
  return (
    <AfterAMoment>
      <PageSkeleton />
    </AfterAMoment>
  )
}
