import { UnstyledButton } from '@mantine/core'
import classes from './text-link.module.css'

/** Within running text, what is done here and leads nowhere. */
export function TextButton({ onAct, children }: { onAct: () => void; children: string }) {
  return (
    <UnstyledButton className={classes.link ?? ''} onClick={onAct}>
      {children}
    </UnstyledButton>
  )
}
