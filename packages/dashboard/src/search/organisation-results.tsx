import { Spotlight } from '@mantine/spotlight'
import type { Organisation } from '@rolecall/contract'
import { useNavigate } from 'react-router'
import { useOrganisations } from '../organisations/organisations-context.ts'
import { useOwnRoleIn } from '../roles/own-role-in.ts'
import { Initials } from '../ui/initials.tsx'

const shown = 6

export function OrganisationResults({ wanted }: { wanted: string }) {
  const { rows } = useOrganisations()
  const found = rows.filter(({ name }) => name.toLocaleLowerCase().includes(wanted)).slice(0, shown)
  if (found.length === 0) return null
  return (
    <Spotlight.ActionsGroup label="Organisations">
      {found.map((organisation) => (
        <OrganisationResult key={organisation.id} organisation={organisation} />
      ))}
    </Spotlight.ActionsGroup>
  )
}

function OrganisationResult({ organisation }: { organisation: Organisation }) {
  const { id, name } = organisation
  const navigate = useNavigate()
  return (
    <Spotlight.Action
      label={name}
      description={useOwnRoleIn(organisation).name}
      leftSection={<Initials id={id} name={name} size={30} square />}
      onClick={() => navigate(`/o/${id}`)}
    />
  )
}
