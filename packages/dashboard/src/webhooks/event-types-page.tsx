import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { List } from '../ui/list.tsx'
import { Page } from '../ui/page.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { EventTypeRow } from './event-type-row.tsx'
import classes from './event-types.module.css'
import { useNouns } from './event-types.ts'

/** Every type of event with the shape of its data and an example. */
export function EventTypesPage() {
  const { id } = useOrganisation()
  const { nouns, error } = useNouns()
  const [query, setQuery] = useState('')
  const wanted = query.trim().toLocaleLowerCase()
  const found = nouns
    ?.map((noun) => ({
      ...noun,
      types: noun.types.filter(({ type, summary }) => `${type} ${summary}`.toLocaleLowerCase().includes(wanted)),
    }))
    .filter(({ types }) => types.length > 0)
  return (
    <Page
      title="Events"
      about="What is posted to endpoints: the same envelopes that live connections and the log show."
      back={<TextLink to={`/o/${id}/webhooks`}>← Webhooks</TextLink>}
    >
      <ProblemNote error={error} />
      {nouns === undefined && error === undefined && (
        <AfterAMoment>
          <RowSkeletons />
        </AfterAMoment>
      )}
      {nouns !== undefined && (
        <search className={classes.search}>
          <TextInput
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            placeholder="Find by name or meaning"
            aria-label="Find an event"
            leftSection={<IconSearch size={16} stroke={1.8} />}
          />
        </search>
      )}
      {found?.map(({ noun, name, types }) => (
        <Section key={noun} title={name}>
          <List>
            {types.map((info) => (
              <EventTypeRow key={info.type} info={info} />
            ))}
          </List>
        </Section>
      ))}
      {found?.length === 0 && <p className={classes.none}>No event by that name.</p>}
    </Page>
  )
}
