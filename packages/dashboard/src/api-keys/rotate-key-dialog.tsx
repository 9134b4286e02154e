import { Text } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { RotateDialog } from '../ui/rotate-dialog.tsx'
import { KeySecret } from './key-secret.tsx'

/** Gives a key another secret, and shows it this once. */
export function RotateKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { id: organisation, me } = useOrganisation()
  const [rotated, setRotated] = useState<{ secret?: string | undefined }>()
  if (rotated !== undefined) return <KeySecret secret={rotated.secret} onClose={onClose} />
  return (
    <RotateDialog
      title={`Rotate ${apiKey.name}?`}
      confirm="Rotate"
      done={`${apiKey.name} has a new secret. Keep it.`}
      onRotate={async (overlapHours) =>
        setRotated(await rolecall.apiKeys.rotate({ organisation, key: apiKey.id, overlapHours }))
      }
      onClose={onClose}
    >
      <Text>
        It gets another secret. The former one is accepted for as long as you choose, so that whatever uses it can
        change over; those before it for no longer than that.
      </Text>
      {apiKey.issuer.id !== me.account && <Text>You answer for it from then on, instead of {apiKey.issuer.name}.</Text>}
    </RotateDialog>
  )
}
