import { Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { shortUrl } from './endpoint-state.ts'

/** Makes one the owner of an endpoint. */
export function AdoptDialog({ endpoint, onClose }: { endpoint: Webhook; onClose: () => void }) {
  const { id: organisation, role } = useOrganisation()
  const { id: webhook, url, owner, stopped } = endpoint
  const adopt = useAction(async () => {
    await rolecall.webhooks.adopt({ organisation, webhook })
    announce(`${shortUrl(url)} is yours.`)
    onClose()
  })
  return (
    <ConfirmDialog title={`Adopt ${shortUrl(url)}?`} confirm="Adopt" action={adopt} onClose={onClose}>
      <Text>
        An endpoint gets what its owner may see at the moment of sending. At present that is {owner.name}. From now on
        it gets what you may see as {role.name}, and it rests should you lose the right to manage webhooks.
      </Text>
      {stopped?.reason === 'owner_lost' && (
        <Text>It goes on where it stopped: what happened meanwhile is delivered first.</Text>
      )}
    </ConfirmDialog>
  )
}
