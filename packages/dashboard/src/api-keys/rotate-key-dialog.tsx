import { NativeSelect, Text } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
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
import { KeySecret } from './key-secret.tsx'

const overlaps = [
  { value: '0', label: 'Not at all: it may be known to others' },
  { value: '1', label: 'An hour' },
  { value: '24', label: 'A day' },
  { value: '168', label: 'A week' },
]

/** Gives a key another secret, and shows it this once. */
export function RotateKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { id: organisation, me } = useOrganisation()
  const [rotated, setRotated] = useState<{ secret?: string | undefined }>()
  const rotate = useAction(async (form: FormData) => {
    const overlapHours = Number(textOf(form, 'overlap'))
    setRotated(await rolecall.apiKeys.rotate({ organisation, key: apiKey.id, overlapHours }))
    announce(`${apiKey.name} has a new secret. Keep it.`)
  })
  if (rotated !== undefined) return <KeySecret secret={rotated.secret} onClose={onClose} />
  return (
    <Dialog onClose={onClose} title={`Rotate ${apiKey.name}?`}>
      <Form onSend={rotate.run}>
        <ProblemNote error={rotate.error} />
        <Text>
          It gets another secret. The former one is accepted for as long as you choose, so that whatever uses it can
          change over.
        </Text>
        {apiKey.issuer.id !== me.account && (
          <Text>You answer for it from then on, instead of {apiKey.issuer.name}.</Text>
        )}
        <NativeSelect
          name="overlap"
          label="The former one goes on for"
          data={overlaps}
          defaultValue="24"
          data-autofocus
        />
        <DialogButtons confirm="Rotate" isPending={rotate.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
