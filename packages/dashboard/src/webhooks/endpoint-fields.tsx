import { NativeSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core'
import type { RolecallError } from '@rolecall/sdk'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { TypePicker } from './type-picker.tsx'
import type { EndpointDraft } from './use-endpoint-draft.ts'

const concurrencies = [1, 2, 4, 8, 12, 16, 20]

/** What is chosen of an endpoint: where it is, what it gets, and in which order. */
export function EndpointFields(props: {
  draft: EndpointDraft
  error: RolecallError | undefined
  eventsPage: string
  /** Why its URL may not be another one. */
  whyNotMove?: string | undefined
}) {
  const { now, change } = props.draft
  const { fields, rest } = placeError(props.error, { url: [], types: [], description: [] })
  return (
    <>
      <ProblemNote error={rest} />
      <Section title="Where it is">
        <Stack gap="md" maw="36rem">
          <TextInput
            label="URL"
            description={props.whyNotMove ?? 'Where events are posted to, as JSON.'}
            placeholder="https://example.com/hooks/rolecall"
            type="url"
            value={now.url}
            onChange={(event) => change({ url: event.currentTarget.value })}
            autoComplete="off"
            spellCheck={false}
            maxLength={2048}
            required
            withAsterisk={false}
            disabled={props.whyNotMove !== undefined}
            error={fields.url}
          />
          <Textarea
            label="Description"
            description="What it is for. Who manages webhooks sees it."
            value={now.description}
            onChange={(event) => change({ description: event.currentTarget.value })}
            maxLength={500}
            rows={2}
            error={fields.description}
          />
        </Stack>
      </Section>
      <Section
        title="What it gets"
        about={
          <>
            As far as its owner may see it. <TextLink to={props.eventsPage}>What the events hold</TextLink>
          </>
        }
      >
        <TypePicker chosen={now.types} onChange={(types) => change({ types: [...types] })} error={fields.types} />
      </Section>
      <Section title="In which order">
        <Stack gap="md" maw="36rem">
          <Radio.Group
            value={now.ordered ? 'ordered' : 'parallel'}
            onChange={(value) => change({ ordered: value === 'ordered' })}
            aria-label="In which order"
          >
            <Stack gap="sm">
              <Radio
                value="parallel"
                label="Side by side"
                description="Several are on their way at once. One that fails is tried again beside the others."
              />
              <Radio
                value="ordered"
                label="One after the other"
                description="The next waits until the last one was taken. One that fails holds up all that follow."
              />
            </Stack>
          </Radio.Group>
          {!now.ordered && (
            <NativeSelect
              label="At most so many at once"
              data={choices(now.concurrency).map(String)}
              value={String(now.concurrency)}
              onChange={(event) => change({ concurrency: Number(event.currentTarget.value) })}
              maw="12rem"
            />
          )}
        </Stack>
      </Section>
    </>
  )
}

/** Programs may have chosen a number between. */
function choices(present: number): readonly number[] {
  return [...new Set([...concurrencies, present])].sort((a, b) => a - b)
}
