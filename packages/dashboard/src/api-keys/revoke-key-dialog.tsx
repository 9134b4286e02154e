import { Text } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { useAction } from '../ui/use-action.ts'

export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { id: organisation } = useOrganisation()
  const { id: key, name, hint, issuer, lastUsedAt } = apiKey
  const revoke = useAction(async () => {
    await rolecall.apiKeys.delete({ organisation, key })
    announce(`${name} was revoked.`)
    onClose()
  })
  return (
    <ConfirmDialog title={`Revoke ${name}?`} confirm="Revoke" action={revoke} isDangerous onClose={onClose}>
      <Text>
        Whatever uses {hint} is refused at once, its connections end, and nothing brings the key back. {issuer.name}{' '}
        answers for it.{' '}
        {lastUsedAt === undefined ? (
          'It was never used.'
        ) : (
          <>
            It was used <RelativeTime at={lastUsedAt} />.
          </>
        )}
      </Text>
    </ConfirmDialog>
  )
}
