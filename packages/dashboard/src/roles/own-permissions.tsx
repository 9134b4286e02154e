import { builtInRoles } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { Section } from '../ui/section.tsx'
import classes from './own-permissions.module.css'
import { OwnPermissionsForm } from './own-permissions-form.tsx'
import { useOwnPermissions } from './use-own-permissions.ts'

/** The permissions of the organisation’s own: to be declared by who may, and to be read by everybody else. */
export function OwnPermissions() {
  const { permissions } = useOrganisation()
  const declared = useOwnPermissions()
  const isEditor = permissions.includes('role:manage')
  if (declared.length === 0 && !isEditor) return null
  return (
    <Section
      title="Permissions of your own"
      about="What apps that use Rolecall ask for. Admin holds all of them; custom roles hold those that are ticked there."
    >
      {isEditor ? (
        <OwnPermissionsForm declared={declared} />
      ) : (
        <ul className={classes.list}>
          {declared.map(({ name, description, roles }) => (
            <li key={name}>
              <code>{name}</code> {description}{' '}
              <span className={classes.roles}>{roles.map((role) => builtInRoles[role].name).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
