import { Text } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { useWatched } from '../ui/use-watched.ts'
import { expiryOf, KeyFields, useRole } from './key-fields.tsx'

const compositionOf = ({ name, role, expiresAt }: ApiKey) => ({ name, role, expiresAt })

/** Gives a key another name, role or expiry. */
export function ChangeKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { id: organisation, me, live } = useOrganisation()
  const [role, setRole] = useRole(apiKey.role)
  const { rows } = useWatched(live.apiKeys)
  const other = useOtherChange(
    compositionOf(rows.find(({ id }) => id === apiKey.id) ?? apiKey),
    ({ type, data }) => type === 'api_key.updated' && data.key.id === apiKey.id,
  )
  const change = useAction(async (form: FormData) => {
    const chosen = { name: textOf(form, 'name'), role, ...expiryOf(textOf(form, 'days')) }
    const saved = await rolecall.apiKeys.update({ organisation, key: apiKey.id, ...chosen })
    other.knows(compositionOf(saved))
    announce(`${saved.name} was changed.`)
    onClose()
  })
  const { fields, rest } = placeError(change.error, { name: [] })
  return (
    <Dialog onClose={onClose} title={`Change ${apiKey.name}`} size={560}>
      <Form onSend={change.run}>
        <ProblemNote error={rest} />
        <OtherChangeNote of={other} isSaving={change.isPending}>
          this key just now. What stands here replaces that once you save it.
        </OtherChangeNote>
        {apiKey.issuer.id !== me.account && (
          <Text>
            You answer for it from then on, instead of {apiKey.issuer.name}: it never does more than you may grant.
          </Text>
        )}
        <KeyFields name={apiKey.name} role={role} onRole={setRole} isThere error={fields.name} />
        <DialogButtons confirm="Save" isPending={change.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
