import { Text } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { RotateDialog } from '../ui/rotate-dialog.tsx'
import { SecretDialog } from '../ui/secret-dialog.tsx'
import { shortUrl } from './endpoint-state.ts'
import { SecretNote } from './secret-note.tsx'

/** Gives an endpoint another secret, and shows it this once. */
export function RotateSecretDialog({ endpoint, onClose }: { endpoint: Webhook; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const [rotated, setRotated] = useState<{ secret?: string | undefined }>()
  const name = shortUrl(endpoint.url)
  if (rotated !== undefined) {
    return (
      <SecretDialog onClose={onClose} title={`The new secret of ${name}`}>
        <SecretNote secret={rotated.secret} />
      </SecretDialog>
    )
  }
  return (
    <RotateDialog
      title={`A new secret for ${name}?`}
      confirm="Make a new secret"
      done={`${name} has a new secret. Keep it.`}
      onRotate={async (overlapHours) =>
        setRotated(await rolecall.webhooks.rotateSecret({ organisation, webhook: endpoint.id, overlapHours }))
      }
      onClose={onClose}
    >
      <Text>
        Requests are signed with the new secret from now on, and with the former one too for as long as you choose, so
        that the receiver can change over without missing any.
      </Text>
    </RotateDialog>
  )
}
