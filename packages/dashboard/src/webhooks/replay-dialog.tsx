import { Checkbox, NativeSelect, Text, TextInput } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useState } from 'react'
import { notify } from '../notices/notify.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { shortUrl } from './endpoint-state.ts'

const hourMs = 3_600_000
const spans = [
  { value: String(hourMs), label: 'An hour ago' },
  { value: String(24 * hourMs), label: 'A day ago' },
  { value: String(7 * 24 * hourMs), label: 'A week ago' },
  { value: 'time', label: 'A time of your choice' },
  { value: 'event', label: 'An event' },
]

interface Props {
  endpoint: Webhook
  /** The cursor of the event that is offered first. */
  after?: string
  onClose: () => void
}

/** Delivers again what happened since a time or after an event. */
export function ReplayDialog({ endpoint, after, onClose }: Props) {
  const { id: organisation } = useOrganisation()
  const { id: webhook, url, owner, enabled } = endpoint
  const [span, setSpan] = useState(after === undefined ? String(hourMs) : 'event')
  const replay = useAction(async (form: FormData) => {
    const exhausted = form.has('exhausted')
    const { count } = await rolecall.webhooks.replay({ organisation, webhook, ...beginning(span, form), exhausted })
    notify(count === undefined ? `What happened since then is delivered again to ${shortUrl(url)}.` : again(count))
    onClose()
  })
  return (
    <Dialog onClose={onClose} title={`Replay to ${shortUrl(url)}`}>
      <Form onSend={replay.run}>
        <ProblemNote error={replay.error} />
        <NativeSelect
          label="Deliver again what happened since"
          data={spans}
          value={span}
          onChange={(event) => setSpan(event.currentTarget.value)}
          data-autofocus
        />
        {span === 'event' && (
          <TextInput
            name="after"
            label="Cursor of the event"
            description="It stands in the event’s body. What followed the event is delivered again, not the event itself."
            defaultValue={after}
            autoComplete="off"
            spellCheck={false}
            maxLength={512}
            required
            withAsterisk={false}
          />
        )}
        {span === 'time' && (
          <TextInput
            name="time"
            type="datetime-local"
            label="Time"
            description={`In the time zone of this browser, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
            max={localMinute(new Date())}
            required
            withAsterisk={false}
          />
        )}
        <Checkbox
          name="exhausted"
          label="Only what was given up"
          description="Without what was taken. The oldest 1,000 at once."
        />
        <Text size="sm" c="dimmed">
          As far as the endpoint gets it and {owner.name} may see it. Each event comes under the same webhook-id as
          before, so that a receiver which keeps the ids knows what it has had.
          {!enabled && ' The endpoint rests at present: this is delivered once it goes on.'}
        </Text>
        <DialogButtons confirm="Deliver again" isPending={replay.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}

function beginning(span: string, form: FormData): { after: string } | { since: string } {
  if (span === 'event') return { after: textOf(form, 'after').trim() }
  const since = span === 'time' ? new Date(textOf(form, 'time')) : new Date(Date.now() - Number(span))
  return { since: since.toISOString() }
}

function again(count: number): string {
  if (count === 0) return 'Nothing that happened since then was given up.'
  return count === 1 ? 'One that was given up is delivered again.' : `${count} that were given up are delivered again.`
}

/** A time as a field of local time writes it. */
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
