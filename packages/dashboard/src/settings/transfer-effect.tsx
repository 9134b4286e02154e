import type { Preview } from '@rolecall/contract'
import classes from '../members/effect.module.css'
import { Changes } from '../members/effect.tsx'

/** What handing over gives to one and takes from the other. */
export function TransferEffect({ name, preview, self }: { name: string; preview: Preview; self: string }) {
  const gains = preview.gains.flatMap(({ permissions }) => permissions)
  const own = preview.loses.find(({ account }) => account.id === self)
  return (
    <div className={classes.effect} aria-live="polite">
      {gains.length > 0 && <Changes title={`${name} will be able to`} permissions={gains} isGain />}
      {own !== undefined && <Changes title="You will no longer be able to" permissions={own.permissions} />}
      {own !== undefined && own.invitations.length > 0 && (
        <p className={classes.also}>
          {own.invitations.length === 1
            ? `Your invitation of ${own.invitations[0]?.email} will be withdrawn.`
            : `${own.invitations.length} of your invitations will be withdrawn.`}
        </p>
      )}
      <p className={classes.when}>This holds at once, on every page that is open.</p>
    </div>
  )
}
