import { Spotlight } from '@mantine/spotlight'
import { useNavigate } from 'react-router'
import { arrange, everyone } from '../members/arrange.ts'
import type { OrganisationHere } from '../organisations/organisation-context.ts'
import { Initials } from '../ui/initials.tsx'
import { useWatched } from '../ui/use-watched.ts'

const shown = 6

export function MemberResults({ organisation, wanted }: { organisation: OrganisationHere; wanted: string }) {
  const navigate = useNavigate()
  const { rows } = useWatched(organisation.live.members)
  const found = arrange(rows, organisation.roles, { ...everyone, search: wanted }).slice(0, shown)
  if (found.length === 0) return null
  return (
    <Spotlight.ActionsGroup label="Members">
      {found.map(({ id, account, role }) => (
        <Spotlight.Action
          key={id}
          label={account.name}
          description={`${account.email} · ${organisation.roles.get(role).name}`}
          leftSection={<Initials id={account.id} name={account.name} size={30} />}
          onClick={() => navigate(`/o/${organisation.id}/members/${id}`)}
        />
      ))}
    </Spotlight.ActionsGroup>
  )
}
