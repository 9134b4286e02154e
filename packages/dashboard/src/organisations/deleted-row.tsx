import { Button } from '@mantine/core'
import type { Organisation } from '@rolecall/contract'
import { Initials } from '../ui/initials.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import classes from './deleted-page.module.css'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' })

export function DeletedRow(props: { organisation: Organisation; isPending: boolean; onRestore: () => void }) {
  const { id, name, deletedAt, restorableUntil } = props.organisation
  return (
    <li className={classes.row}>
      <Initials id={id} name={name} size={38} square />
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.times}>
          {deletedAt !== undefined && (
            <>
              Deleted <RelativeTime at={deletedAt} />.{' '}
            </>
          )}
          {restorableUntil !== undefined && `Can be restored until ${day.format(new Date(restorableUntil))}.`}
        </span>
      </span>
      <Button
        variant="default"
        size="xs"
        onClick={props.onRestore}
        disabled={props.isPending}
        aria-label={`Restore ${name}`}
      >
        Restore
      </Button>
    </li>
  )
}
