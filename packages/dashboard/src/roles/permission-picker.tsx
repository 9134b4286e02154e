import { Checkbox } from '@mantine/core'
import { type AnyPermission, adminOnlyPermissions, allPermissions, completed, isOurs } from '@rolecall/contract'
import { inPlainWords } from './describe.ts'
import classes from './permission-picker.module.css'
import { useCatalogue } from './use-own-permissions.ts'

/** What a role permits, to be ticked. What another tick implies ticks itself, and says why. */
export function PermissionPicker(props: {
  chosen: readonly AnyPermission[]
  onChange: (chosen: readonly AnyPermission[]) => void
}) {
  const { chosen, onChange } = props
  const { groups, sentence } = useCatalogue()
  const held = completed(chosen)
  return (
    <div className={classes.groups}>
      {groups.map(({ name, permissions }) => (
        <fieldset key={name} className={classes.group}>
          <legend className={classes.legend}>{name}</legend>
          {permissions.map((permission) => {
            const reason = whyFixed(permission, chosen)
            return (
              <Checkbox
                key={permission}
                checked={held.includes(permission)}
                disabled={reason !== undefined}
                onChange={({ currentTarget: { checked } }) =>
                  onChange(checked ? [...chosen, permission] : chosen.filter((one) => one !== permission))
                }
                label={
                  <>
                    {sentence(permission)} <code className={classes.code}>{permission}</code>
                    {reason !== undefined && <span className={classes.reason}>{reason}</span>}
                  </>
                }
              />
            )
          })}
        </fieldset>
      ))}
    </div>
  )
}

/** Why a permission is not for choosing: it comes with another, or with every role, or with Admin only. */
function whyFixed(permission: AnyPermission, chosen: readonly AnyPermission[]): string | undefined {
  if (!isOurs(permission)) return undefined
  if (permission === 'organisation:read') return 'Comes with every role.'
  if (adminOnlyPermissions.includes(permission)) return 'Stays with Admin.'
  const source = allPermissions.find(
    (one) => one !== permission && chosen.includes(one) && completed([one]).includes(permission),
  )
  return source === undefined ? undefined : `Needed to ${inPlainWords(source)}.`
}
