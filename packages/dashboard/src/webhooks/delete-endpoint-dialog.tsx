import { Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useNavigate } from 'react-router'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
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
    <Dialog onClose={onClose} title={`Delete ${shortUrl(endpoint.url)}?`}>
      <Form onSend={() => remove.run()}>
        <ProblemNote error={remove.error} />
        <Text>
          Nothing is posted to it any more, what waits for another attempt included. The record of its deliveries and
          its secret go with it. To have it rest for a while, pause it instead.
        </Text>
        <DialogButtons confirm="Delete the endpoint" isPending={remove.isPending} isDangerous onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
