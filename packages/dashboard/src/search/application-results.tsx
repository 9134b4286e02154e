import { Spotlight } from '@mantine/spotlight'
import { IconBox } from '@tabler/icons-react'
import { useNavigate } from 'react-router'
import type { OrganisationHere } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { useFresh } from '../ui/use-fresh.ts'

const shown = 6
/** Longer than anybody searches. */
const everyMs = 600_000

/** Asked of the server: an organisation may have more of them than a page holds. */
export function ApplicationResults({ organisation, wanted }: { organisation: OrganisationHere; wanted: string }) {
  const navigate = useNavigate()
  const { id } = organisation
  const { answer } = useFresh(
    everyMs,
    (options) => rolecall.applications.list({ organisation: id, q: wanted, limit: shown }, options),
    wanted,
  )
  if (answer === undefined || answer.data.length === 0) return null
  return (
    <Spotlight.ActionsGroup label="Applications">
      {answer.data.map((application) => (
        <Spotlight.Action
          key={application.id}
          label={application.name}
          description={application.description}
          leftSection={<IconBox size={20} stroke={1.7} />}
          onClick={() => navigate(`/o/${id}/applications/${application.id}`)}
        />
      ))}
    </Spotlight.ActionsGroup>
  )
}
