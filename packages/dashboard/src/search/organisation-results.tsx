import { Spotlight } from '@mantine/spotlight'
import { useNavigate } from 'react-router'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { Initials } from '../ui/initials.tsx'

const shown = 6

export function OrganisationResults({ wanted }: { wanted: string }) {
  const navigate = useNavigate()
  const { rows } = useOrganisations()
  const found = rows.filter(({ name }) => name.toLocaleLowerCase().includes(wanted)).slice(0, shown)
  if (found.length === 0) return null
  return (
    <Spotlight.ActionsGroup label="Organisations">
      {found.map(({ id, name, roleName }) => (
        <Spotlight.Action
          key={id}
          label={name}
          description={roleName}
          leftSection={<Initials id={id} name={name} size={30} square />}
          onClick={() => navigate(`/o/${id}`)}
        />
      ))}
    </Spotlight.ActionsGroup>
  )
}
