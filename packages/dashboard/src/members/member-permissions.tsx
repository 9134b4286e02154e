import type { Role } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { IconCheck, IconMinus } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolesWith } from '../roles/describe.ts'
import { useCatalogue } from '../roles/use-own-permissions.ts'
import classes from './member-permissions.module.css'
import { Why } from './why.tsx'

/** Every permission, whether a role holds it, and whose it is if not; for a member, why on demand. */
export function MemberPermissions({ role, member }: { role: Role; member?: MemberRow }) {
  const { roles } = useOrganisation()
  const { groups, sentence } = useCatalogue()
  return (
    <div className={classes.groups}>
      {groups.map(({ name, permissions }) => (
        <div key={name}>
          <h3 className={classes.title}>{name}</h3>
          <ul className={classes.list}>
            {permissions.map((permission) => {
              const isHeld = role.permissions.includes(permission)
              return (
                <li key={permission} className={classes.item} data-held={isHeld || undefined}>
                  {isHeld ? (
                    <IconCheck size={16} stroke={2.2} aria-hidden />
                  ) : (
                    <IconMinus size={16} stroke={2} aria-hidden />
                  )}
                  <span className={classes.words}>
                    <span className="visually-hidden">{isHeld ? 'May: ' : 'May not: '}</span>
                    {sentence(permission)}
                    {!isHeld && <span className={classes.whose}> Only {rolesWith(permission, roles)}.</span>}
                  </span>
                  {member !== undefined && <Why member={member} permission={permission} />}
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </div>
  )
}
