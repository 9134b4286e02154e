import { Skeleton, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usePreview } from '../members/use-preview.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { Losses } from './losses.tsx'

/** Deletes the organisation once its name was typed; the frame then goes elsewhere by itself. */
export default function DeleteOrganisationDialog({ onClose }: { onClose: () => void }) {
  const { id: organisation, name, me } = useOrganisation()
  const [typed, setTyped] = useState('')
  const { preview, error } = usePreview(organisation, (options) =>
    rolecall.organisations.delete({ organisation, dryRun: true }, options),
  )
  const remove = useAction(() => rolecall.organisations.delete({ organisation }))
  return (
    <Dialog onClose={onClose} title={`Delete ${name}?`}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error ?? error} />
        {preview !== undefined && <Losses preview={preview} self={me.account} />}
        {preview === undefined && error === undefined && (
          <AfterAMoment>
            <Skeleton height={80} radius="md" />
          </AfterAMoment>
        )}
        <Text>For 30 days you can bring it back, with its members and roles as they are now.</Text>
        <TextInput
          label={`Type “${name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <DialogButtons
          confirm="Delete the organisation"
          isPending={remove.isPending}
          isDisabled={typed.trim() !== name}
          isDangerous
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
