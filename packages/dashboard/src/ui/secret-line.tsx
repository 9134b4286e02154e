import { Button, CopyButton, TextInput } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './secret-line.module.css'

/** A secret that is shown this once, to be copied. */
export function SecretLine({ label, secret }: { label: string; secret: string }) {
  return (
    <div className={classes.line}>
      <TextInput
        className={classes.secret ?? ''}
        label={label}
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
  )
}
