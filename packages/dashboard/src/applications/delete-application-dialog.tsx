import { Text, TextInput } from '@mantine/core'
import type { Application } from '@rolecall/contract'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

/** Deletes an application once its name was typed: nothing brings its repository back. */
export function DeleteApplicationDialog(props: { application: Application; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const { application, onClose } = props
  const { id, name } = application
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const remove = useAction(async () => {
    await rolecall.applications.delete({ organisation, application: id })
    announce(`${name} was deleted.`)
    await navigate(`/o/${organisation}/applications`)
  })
  return (
    <Dialog onClose={onClose} title={`Delete ${name}?`}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error} />
        <Text>Its repository goes with it, with all branches and commits, and cannot be brought back.</Text>
        <TextInput
          label={`Type “${name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <DialogButtons
          confirm="Delete the application"
          isPending={remove.isPending}
          isDisabled={typed.trim() !== name}
          isDangerous
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
