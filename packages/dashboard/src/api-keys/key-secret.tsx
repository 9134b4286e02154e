import { Text } from '@mantine/core'
import { SecretDialog } from '../ui/secret-dialog.tsx'
import { SecretLine } from '../ui/secret-line.tsx'

/** A key’s secret, to be taken away at once. Absent where an answer was lost on its way: then it was shown to nobody. */
export function KeySecret({ secret, onClose }: { secret: string | undefined; onClose: () => void }) {
  return (
    <SecretDialog onClose={onClose} title="Keep the API key">
      {secret === undefined ? (
        <Text>The answer with the key was lost on its way. Rotate it to have another one.</Text>
      ) : (
        <>
          <Text>
            Whoever has it may do what it may. It is shown this once: keep it where secrets are kept, and out of pages
            and repositories.
          </Text>
          <SecretLine label="API key" secret={secret} />
        </>
      )}
    </SecretDialog>
  )
}
