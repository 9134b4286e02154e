import { Select } from '@mantine/core'
import { useState } from 'react'
import { usePreview } from '../members/use-preview.ts'
import { notify } from '../notices/notify.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { useWatched } from '../ui/use-watched.ts'
import { TransferEffect } from './transfer-effect.tsx'

const shownAtOnce = 50

/** Hands the organisation over, once it was shown what that gives and takes. */
export default function TransferDialog({ onClose }: { onClose: () => void }) {
  const { id: organisation, name, me, live } = useOrganisation()
  const { rows } = useWatched(live.members)
  const [member, setMember] = useState<string | null>(null)
  const candidates = rows.filter((row) => row.account.id !== me.account && row.status === 'active')
  const chosen = candidates.find(({ id }) => id === member)

  const { preview, error } = usePreview(chosen?.id, (options) =>
    rolecall.members.transfer({ organisation, member: chosen?.id ?? '', dryRun: true }, options),
  )

  const transfer = useAction(async () => {
    if (chosen === undefined) return
    await rolecall.members.transfer({ organisation, member: chosen.id })
    notify(`${chosen.account.name} is now Admin of ${name}.`)
    onClose()
  })

  return (
    <Dialog onClose={onClose} title={`Hand over ${name}`} size={520}>
      <Form onSend={() => transfer.run()}>
        <ProblemNote error={transfer.error ?? error} />
        <Select
          label="To"
          placeholder="Choose a member"
          description={candidates.length === 0 ? 'Nobody else is an active member.' : undefined}
          data={candidates.map(({ id, account }) => ({ value: id, label: `${account.name} (${account.email})` }))}
          value={member}
          onChange={setMember}
          searchable
          limit={shownAtOnce}
          nothingFoundMessage="Nobody by that name"
          comboboxProps={{ withinPortal: false }}
          data-autofocus
        />
        {chosen !== undefined && preview !== undefined && (
          <TransferEffect name={chosen.account.name} preview={preview} self={me.account} />
        )}
        <DialogButtons
          confirm={chosen === undefined ? 'Hand over' : `Hand over to ${chosen.account.name}`}
          isPending={transfer.isPending}
          isDisabled={chosen === undefined || preview === undefined}
          isDangerous
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
