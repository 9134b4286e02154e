import { IconUserOff } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Empty } from '../ui/empty.tsx'
import { TextLink } from '../ui/text-link.tsx'

export function NoMember() {
  const { id, name } = useOrganisation()
  return (
    <Empty
      isPage
      icon={<IconUserOff size={26} stroke={1.6} />}
      title="Not a member, or not any more"
      action={<TextLink to={`/o/${id}/members`}>All members</TextLink>}
    >
      This address was that of a member of {name}. The log tells who left or was removed.
    </Empty>
  )
}
