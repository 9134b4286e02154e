import { Checkbox, NativeSelect, Text, TextInput } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
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
  { value: '', label: 'A time of your choice' },
]

/** Delivers again what happened since a time. */
export function ReplayDialog({ endpoint, onClose }: { endpoint: Webhook; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const { id: webhook, url, owner } = endpoint
  const [span, setSpan] = useState(String(hourMs))
  const replay = useAction(async (form: FormData) => {
    const since = span === '' ? new Date(textOf(form, 'time')) : new Date(Date.now() - Number(span))
    const exhausted = form.has('exhausted')
    const { count } = await rolecall.webhooks.replay({ organisation, webhook, since: since.toISOString(), exhausted })
    announce(count === undefined ? `What happened since then is delivered again to ${shortUrl(url)}.` : again(count))
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
        {span === '' && (
          <TextInput
            name="time"
            type="datetime-local"
            label="Time"
            description="In the time zone of this browser."
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
        </Text>
        <DialogButtons confirm="Deliver again" isPending={replay.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}

function again(count: number): string {
  if (count === 0) return 'Nothing that happened since then was given up.'
  return count === 1 ? 'One that was given up is delivered again.' : `${count} that were given up are delivered again.`
}

/** A time as a field of local time writes it. */
function localMinute(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
