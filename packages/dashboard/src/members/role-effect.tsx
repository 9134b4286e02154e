import type { Permission, Role } from '@rolecall/contract'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { difference, inPlainWords } from '../roles/describe.ts'
import classes from './role-effect.module.css'

/** What another role will give and take, before it does. */
export function RoleEffect({ name, before, after }: { name: string; before: Role; after: Role }) {
  if (before.id === after.id) return null
  const { gained, lost } = difference(before.permissions, after.permissions)
  const verb = name === 'You' ? 'You will' : `${name} will`
  return (
    <div className={classes.effect} aria-live="polite">
      {gained.length > 0 && <Changes title={`${verb} be able to`} permissions={gained} isGain />}
      {lost.length > 0 && <Changes title={`${verb} no longer be able to`} permissions={lost} />}
      <p className={classes.when}>This holds at once, on every page that is open.</p>
    </div>
  )
}

function Changes(props: { title: string; permissions: readonly Permission[]; isGain?: boolean }) {
  const Icon = props.isGain === true ? IconPlus : IconMinus
  return (
    <>
      <p className={classes.title}>{props.title}</p>
      <ul className={classes.list}>
        {props.permissions.map((permission) => (
          <li key={permission} data-gain={props.isGain}>
            <Icon size={14} stroke={2.2} aria-hidden />
            {inPlainWords(permission)}
          </li>
        ))}
      </ul>
    </>
  )
}
