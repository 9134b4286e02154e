import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { expiryOf, KeyFields, useRole } from './key-fields.tsx'
import { KeySecret } from './key-secret.tsx'

/** Issues a key, and then shows it, this once. */
export function IssueKeyDialog({ onClose }: { onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const [role, setRole] = useRole()
  const [issued, setIssued] = useState<{ secret?: string | undefined }>()
  const issue = useAction(async (form: FormData) => {
    const chosen = { name: textOf(form, 'name'), role, ...expiryOf(textOf(form, 'days')) }
    setIssued(await rolecall.apiKeys.create({ organisation, ...chosen }))
    announce('The API key is there. Keep it.')
  })
  const { fields, rest } = placeError(issue.error, { name: [] })
  if (issued !== undefined) return <KeySecret secret={issued.secret} onClose={onClose} />
  return (
    <Dialog onClose={onClose} title="Issue an API key" size={560}>
      <Form onSend={issue.run}>
        <ProblemNote error={rest} />
        <KeyFields role={role} onRole={setRole} error={fields.name} />
        <DialogButtons confirm="Issue the key" isPending={issue.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
