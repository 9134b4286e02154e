import { Text } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useAction } from '../ui/use-action.ts'

/** Makes one the issuer of a key. */
export function TakeOverDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { id: organisation, roles } = useOrganisation()
  const { id: key, name, issuer, status, role } = apiKey
  const take = useAction(async () => {
    await rolecall.apiKeys.update({ organisation, key })
    announce(`${name} is yours to answer for.`)
    onClose()
  })
  return (
    <ConfirmDialog title={`Take over ${name}?`} confirm="Take over" action={take} onClose={onClose}>
      <Text>
        A key never does more than its issuer may grant. At present that is {issuer.name}; from now on it is you, and it
        stops should you lose the right to manage members.
      </Text>
      {status !== 'active' && (
        <Text>
          It may do all that {roles.get(role).name} permits again, with the secret that it has. Rotate it if{' '}
          {issuer.name} should not know that any more.
        </Text>
      )}
    </ConfirmDialog>
  )
}
