import { Button, CopyButton, Text, TextInput } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
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
      <div className={classes.line}>
        <TextInput
          className={classes.secret ?? ''}
          label="Signing secret"
          value={secret}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
          data-autofocus
        />
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
    </div>
  )
}
