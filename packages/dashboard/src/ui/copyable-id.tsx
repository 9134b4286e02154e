import { CopyButton, Tooltip, UnstyledButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './copyable-id.module.css'

/** An id that a click copies. */
export function CopyableId({ id, label = 'Copy id' }: { id: string; label?: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <UnstyledButton className={classes.id} onClick={copy} aria-label={`${label} ${id}`}>
            <span className={classes.text}>{id}</span>
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}
