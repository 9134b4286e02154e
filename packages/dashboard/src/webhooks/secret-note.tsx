import { Text } from '@mantine/core'
import { SecretLine } from '../ui/secret-line.tsx'
import classes from './secret-note.module.css'

/** A secret, to be taken away at once. Absent where an answer was lost on its way: then it was shown to nobody. */
export function SecretNote({ secret }: { secret: string | undefined }) {
  if (secret === undefined) {
    return <Text>The answer with the secret was lost on its way. Make a new secret to have one.</Text>
  }
  return (
    <div className={classes.note}>
      <Text>
        The receiver checks with it that a request is ours. It is shown this once: keep it where secrets are kept.
      </Text>
      <SecretLine label="Signing secret" secret={secret} />
    </div>
  )
}
