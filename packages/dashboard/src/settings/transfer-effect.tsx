import type { Permission, Preview } from '@rolecall/contract'
import { inPlainWords } from '../roles/describe.ts'
import classes from './transfer-effect.module.css'

/** What handing over gives to one and takes from the other. */
export function TransferEffect({ name, preview, self }: { name: string; preview: Preview; self: string }) {
  const gains = preview.gains.flatMap(({ permissions }) => permissions)
  const own = preview.loses.find(({ account }) => account.id === self)
  return (
    <div className={classes.effect} aria-live="polite">
      {gains.length > 0 && <Change title={`${name} will be able to`} permissions={gains} />}
      {own !== undefined && <Change title="You will no longer be able to" permissions={own.permissions} />}
      {own !== undefined && own.invitations.length > 0 && (
        <p className={classes.title}>
          {own.invitations.length === 1
            ? `Your invitation of ${own.invitations[0]?.email} is withdrawn.`
            : `${own.invitations.length} of your invitations are withdrawn.`}
        </p>
      )}
    </div>
  )
}

function Change({ title, permissions }: { title: string; permissions: readonly Permission[] }) {
  return (
    <>
      <p className={classes.title}>{title}</p>
      <ul className={classes.list}>
        {permissions.map((permission) => (
          <li key={permission}>{inPlainWords(permission)}</li>
        ))}
      </ul>
    </>
  )
}
