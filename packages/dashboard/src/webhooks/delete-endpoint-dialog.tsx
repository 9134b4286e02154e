import { Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { shortUrl } from './endpoint-state.ts'

export function DeleteEndpointDialog({ endpoint, onClose }: { endpoint: Webhook; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const navigate = useNavigate()
  const remove = useAction(async () => {
    await rolecall.webhooks.delete({ organisation, webhook: endpoint.id })
    announce(`${shortUrl(endpoint.url)} was deleted.`)
    onClose()
    await navigate(`/o/${organisation}/webhooks`)
  })
  return (
    <ConfirmDialog
      title={`Delete ${shortUrl(endpoint.url)}?`}
      confirm="Delete the endpoint"
      action={remove}
      isDangerous
      onClose={onClose}
    >
      <Text>
        Nothing is posted to it any more, what waits for another attempt included. The record of its deliveries and its
        secret go with it. To have it rest for a while, pause it instead.
      </Text>
    </ConfirmDialog>
  )
}
