import type { Permission } from '@rolecall/contract'
import { IconLock } from '@tabler/icons-react'
import { inPlainWords, rolesThatGive, rolesWith } from '../roles/describe.ts'
import { Empty } from '../ui/empty.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useOrganisation } from './organisation-context.ts'

/** Why one may not see a page, and who can change that. */
export function Forbidden({ needs }: { needs: Permission }) {
  const { id, name, role, roles, me } = useOrganisation()
  return (
    <Empty
      isPage
      icon={<IconLock size={26} stroke={1.6} />}
      title="Your role does not open this page"
      action={<TextLink to={`/o/${id}/roles`}>What your role permits</TextLink>}
    >
      You are {role.name} in {name}. This page needs the permission <code>{needs}</code> ({inPlainWords(needs)}), which
      belongs to {rolesWith(needs, roles)}. {rolesThatGive(needs, me, roles)} can give it to you by changing your role.
    </Empty>
  )
}
