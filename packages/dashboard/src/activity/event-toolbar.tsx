import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { Permission } from '@rolecall/contract'
import { IconX } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { useWatched } from '../ui/use-watched.ts'
import type { EventFilter } from './event-filter.ts'
import classes from './event-toolbar.module.css'

const types: readonly { value: string; label: string; needs?: Permission }[] = [
  { value: '', label: 'Everything' },
  { value: 'member.*', label: 'Members', needs: 'member:read' },
  { value: 'role.*', label: 'Roles' },
  { value: 'invitation.*', label: 'Invitations', needs: 'member:read' },
  { value: 'application.*,repository.*', label: 'Applications', needs: 'application:read' },
  { value: 'webhook.*', label: 'Webhooks', needs: 'webhook:manage' },
  { value: 'api_key.*', label: 'API keys', needs: 'apikey:manage' },
  { value: 'invoice.*,billing.*', label: 'Billing', needs: 'billing:read' },
  { value: 'organisation.*', label: 'Organisation' },
]

interface Props {
  filter: EventFilter
  onChange: (change: EventFilter) => void
}

/** Narrows the log by what happened, who did it, what it is about, and when. */
export function EventToolbar({ filter, onChange }: Props) {
  const { type = '', since = '', until = '' } = filter
  const { permissions } = useOrganisation()
  const seen = types
    .filter(({ needs }) => needs === undefined || permissions.includes(needs))
    .map(({ value, label }) => ({ value, label }))
  const isOther = !seen.some(({ value }) => value === type)
  const field = classes.field ?? ''
  return (
    <search className={classes.toolbar}>
      <NativeSelect
        className={field}
        data={isOther ? [...seen, type] : seen}
        value={type}
        onChange={({ currentTarget: { value } }) => onChange({ type: value })}
        aria-label="What to show"
      />
      {(permissions.includes('member:read') || filter.actor !== undefined) && (
        <Actor filter={filter} onChange={onChange} />
      )}
      <TextInput
        className={field}
        type="date"
        value={since}
        max={until}
        onChange={({ currentTarget: { value } }) => onChange({ since: value })}
        aria-label="From this day on"
      />
      <TextInput
        className={field}
        type="date"
        value={until}
        min={since}
        onChange={({ currentTarget: { value } }) => onChange({ until: value })}
        aria-label="Up to this day"
      />
      {filter.subject !== undefined && (
        <Button
          variant="light"
          size="compact-sm"
          rightSection={<IconX size={14} />}
          onClick={() => onChange({ subject: '' })}
          aria-label={`About ${filter.subject}: show what is about anything`}
        >
          About {filter.subject}
        </Button>
      )}
    </search>
  )
}

/** By name where one may see who is a member; who is none any more stays by their id. */
function Actor({ filter: { actor = '' }, onChange }: Props) {
  const { live } = useOrganisation()
  const { rows } = useWatched(live.members)
  const people = rows.map(({ account }) => ({ value: account.id, label: account.name }))
  const isOther = actor !== '' && !people.some(({ value }) => value === actor)
  return (
    <NativeSelect
      className={classes.field ?? ''}
      data={[{ value: '', label: 'By anybody' }, ...people, ...(isOther ? [actor] : [])]}
      value={actor}
      onChange={({ currentTarget: { value } }) => onChange({ actor: value })}
      aria-label="Who did it"
    />
  )
}
