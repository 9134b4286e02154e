import { Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
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
    <Dialog onClose={onClose} title={`Adopt ${shortUrl(url)}?`}>
      <Form onSend={() => adopt.run()}>
        <ProblemNote error={adopt.error} />
        <Text>
          An endpoint gets what its owner may see at the moment of sending. At present that is {owner.name}. From now on
          it gets what you may see as {role.name}, and it rests should you lose the right to manage webhooks.
        </Text>
        {stopped?.reason === 'owner_lost' && (
          <Text>It goes on where it stopped: what happened meanwhile is delivered first.</Text>
        )}
        <DialogButtons confirm="Adopt" isPending={adopt.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}
