import { UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import classes from './search-button.module.css'

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

export function SearchButton({ onOpen }: { onOpen: () => void }) {
  return (
    <UnstyledButton className={classes.button} onClick={onOpen} aria-keyshortcuts="Meta+K Control+K">
      <IconSearch size={16} stroke={1.8} />
      <span className={classes.text}>Search</span>
      <kbd aria-hidden className={classes.keys}>
        {isMac ? '⌘K' : 'Ctrl K'}
      </kbd>
    </UnstyledButton>
  )
}
