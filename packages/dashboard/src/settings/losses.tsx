import type { Preview } from '@rolecall/contract'
import { Person } from '../ui/person.tsx'
import classes from './losses.module.css'

const shown = 5

/** Who would lose access, and what goes with it. Whoever is connected at this moment is named first. */
export function Losses({ preview: { loses, losing }, self }: { preview: Preview; self: string }) {
  const others = loses
    .filter(({ account }) => account.id !== self)
    .sort((a, b) => Number(b.sockets > 0) - Number(a.sockets > 0) || a.account.name.localeCompare(b.account.name))
  const count = losing - (loses.length - others.length)
  const invitations = loses.flatMap((loss) => loss.invitations)
  if (count === 0) return <p className={classes.text}>Nobody but you is a member. You lose all access at once.</p>
  return (
    <div className={classes.losses}>
      <p className={classes.text}>
        You and {count === 1 ? 'one other member' : `${count} other members`} lose all access at once:
      </p>
      <ul className={classes.list}>
        {others.slice(0, shown).map(({ account, sockets }) => (
          <li key={account.id}>
            <Person id={account.id} name={account.name} size={26} hint={sockets > 0 && <Connected />} />
          </li>
        ))}
      </ul>
      {count > shown && <p className={classes.text}>and {count - shown} more.</p>}
      {invitations.length > 0 && (
        <p className={classes.text}>
          {invitations.length === 1 ? 'An invitation is' : `${invitations.length} invitations are`} withdrawn.
        </p>
      )}
    </div>
  )
}

function Connected() {
  return <span className={classes.connected}>Connected now</span>
}
