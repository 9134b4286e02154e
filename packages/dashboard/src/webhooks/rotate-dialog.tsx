import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { shortUrl } from './endpoint-state.ts'
import { SecretNote } from './secret-note.tsx'

const overlaps = [
  { value: '0', label: 'Not at all: it may be known to others' },
  { value: '1', label: 'An hour' },
  { value: '24', label: 'A day' },
  { value: '72', label: 'Three days' },
  { value: '168', label: 'A week' },
]

/** Gives an endpoint another secret, and shows it this once. */
export function RotateDialog({ endpoint, onClose }: { endpoint: Webhook; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const [isDone, setDone] = useState(false)
  const [secret, setSecret] = useState<string>()
  const rotate = useAction(async (form: FormData) => {
    const overlapHours = Number(textOf(form, 'overlap'))
    const answer = await rolecall.webhooks.rotateSecret({ organisation, webhook: endpoint.id, overlapHours })
    setSecret(answer.secret)
    setDone(true)
  })
  if (isDone) {
    return (
      <Dialog onClose={onClose} title={`The new secret of ${shortUrl(endpoint.url)}`} size={600} isKept>
        <Stack gap="lg">
          <SecretNote secret={secret} />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </Dialog>
    )
  }
  return (
    <Dialog onClose={onClose} title={`A new secret for ${shortUrl(endpoint.url)}?`}>
      <Form onSend={rotate.run}>
        <ProblemNote error={rotate.error} />
        <Text>
          Requests are signed with the new secret from now on, and with the former one too for as long as you choose, so
          that the receiver can change over without missing any.
        </Text>
        <NativeSelect
          name="overlap"
          label="The former one goes on for"
          data={overlaps}
          defaultValue="24"
          data-autofocus
        />
        <DialogButtons confirm="Make a new secret" isPending={rotate.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
