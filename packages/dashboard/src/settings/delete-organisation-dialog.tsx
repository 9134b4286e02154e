import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { useWatched } from '../ui/use-watched.ts'

/** Deletes the organisation once its name was typed; the frame then goes elsewhere by itself. */
export default function DeleteOrganisationDialog({ onClose }: { onClose: () => void }) {
  const { id, name, live } = useOrganisation()
  const { rows } = useWatched(live.members)
  const [typed, setTyped] = useState('')
  const remove = useAction(() => rolecall.organisations.delete({ organisation: id }))
  const others = rows.length - 1
  return (
    <Dialog onClose={onClose} title={`Delete ${name}?`}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error} />
        <Text>
          {others > 0
            ? `You and ${others === 1 ? 'one other member' : `${others} other members`} lose all access at once.`
            : 'You lose all access at once.'}
        </Text>
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
