import { type BuiltInRole, builtInRoles } from '@rolecall/contract'
import { Initials } from '../ui/initials.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './roll-picture.module.css'

const roll: readonly { name: string; role: BuiltInRole; note?: string }[] = [
  { name: 'Ada Lovelace', role: 'admin' },
  { name: 'Grace Hopper', role: 'manager', note: 'role changed by Ada, just now' },
  { name: 'Alan Turing', role: 'developer' },
  { name: 'Mary Clarke', role: 'accounting' },
]

/** A roll in which something just happened: what the product is, without words. */
export function RollPicture() {
  return (
    <div className={classes.picture}>
      <p className={classes.claim}>Who is here, and what they may do. Live.</p>
      <ul className={classes.roll}>
        {roll.map(({ name, role, note }) => (
          <li key={name} className={classes.row} data-marked={note !== undefined || undefined}>
            <Initials id={name} name={name} />
            <span className={classes.words}>
              <span className={classes.name}>{name}</span>
              {note !== undefined && <span className={classes.note}>{note}</span>}
            </span>
            <RoleBadge role={{ id: role, name: builtInRoles[role].name }} />
          </li>
        ))}
      </ul>
    </div>
  )
}
