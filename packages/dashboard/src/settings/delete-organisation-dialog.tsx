import { Skeleton, Text } from '@mantine/core'
import { usePreview } from '../members/use-preview.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { Losses } from './losses.tsx'

/** Deletes the organisation once its name was typed; the frame then goes elsewhere by itself. */
export default function DeleteOrganisationDialog({ onClose }: { onClose: () => void }) {
  const { id: organisation, name, me } = useOrganisation()
  const { preview, error } = usePreview(organisation, (options) =>
    rolecall.organisations.delete({ organisation, dryRun: true }, options),
  )
  const remove = useAction(() => rolecall.organisations.delete({ organisation }))
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      confirm="Delete the organisation"
      action={{ ...remove, error: remove.error ?? error }}
      typed={name}
      isDangerous
      onClose={onClose}
    >
      {preview !== undefined && <Losses preview={preview} self={me.account} />}
      {preview === undefined && error === undefined && (
        <AfterAMoment>
          <Skeleton height={80} radius="md" />
        </AfterAMoment>
      )}
      <Text>For 30 days you can bring it back, with its members and roles as they are now.</Text>
    </ConfirmDialog>
  )
}
