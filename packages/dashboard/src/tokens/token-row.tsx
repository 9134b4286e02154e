import { Button } from '@mantine/core'
import type { AccessToken } from '@rolecall/contract'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './token-list.module.css'

export function TokenRow(props: { token: AccessToken; onRevoke: () => void; isPending: boolean }) {
  const { name, lastUsedAt, expiresAt } = props.token
  return (
    <li className={classes.row}>
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.times}>
          {lastUsedAt === undefined ? (
            'Never used'
          ) : (
            <>
              Used <RelativeTime at={lastUsedAt} />
            </>
          )}
          , ends <RelativeTime at={expiresAt} />
        </span>
      </span>
      <Button
        variant="default"
        size="xs"
        onClick={props.onRevoke}
        disabled={props.isPending}
        aria-label={`Revoke the token ${name}`}
      >
        Revoke
      </Button>
    </li>
  )
}
