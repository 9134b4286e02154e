import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Role } from '@rolecall/contract'
import { Suspense } from 'react'
import { Link, useNavigate } from 'react-router'
import { DeleteRoleDialog } from '../dialogs.ts'
import { usePreview } from '../members/use-preview.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './role-editor.module.css'
import { RoleFields } from './role-fields.tsx'
import { RoleImpact } from './role-impact.tsx'
import { type RoleDraft, useRoleDraft } from './use-role-draft.ts'

const compositionOf = ({
  name,
  description,
  permissions,
}: Pick<RoleDraft, 'name' | 'description' | 'permissions'>) => ({
  name,
  description,
  permissions,
})

/** Renames, describes, widens or narrows a role, and says before saving whom that concerns. */
export function RoleEditor({ role }: { role: Role }) {
  const { id } = useOrganisation()
  const navigate = useNavigate()
  const [isDeleting, deleting] = useDisclosure(false)
  const draft = useRoleDraft(role)
  const { changes } = draft
  const request = { organisation: id, role: role.id }

  const { permissions } = changes
  const rehearsal = usePreview(permissions && `${role.permissions} ${permissions}`, (options) =>
    rolecall.roles.update({ ...request, ...(permissions && { permissions }), dryRun: true }, options),
  )
  const other = useOtherChange(
    compositionOf(role),
    ({ type, data }) => type === 'role.updated' && data.role.id === role.id,
  )
  const save = useAction(async () => {
    other.knows(compositionOf(draft))
    other.knows(compositionOf(await rolecall.roles.update({ ...request, ...changes })))
    announce(`The role ${draft.name} was saved.`)
    await navigate(`/o/${id}/roles`)
  })
  const takesAway = (rehearsal.preview?.losing ?? 0) > 0

  return (
    <Page
      title={role.name}
      about="A role of this organisation’s own. Changes hold at once for everybody who has it."
      back={<TextLink to={`/o/${id}/roles`}>← Roles</TextLink>}
      action={
        <Button color="red" variant="outline" onClick={deleting.open}>
          Delete…
        </Button>
      }
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          void save.run()
        }}
      >
        <OtherChangeNote of={other} isSaving={save.isPending}>
          this role just now. What you have not touched shows it.
        </OtherChangeNote>
        <RoleFields draft={draft} error={save.error} />
        <div className={classes.end}>
          <RoleImpact role={role} isChanged={permissions !== undefined} rehearsal={rehearsal} />
          <div className={classes.buttons}>
            <Button variant="default" component={Link} to={`/o/${id}/roles`}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={Object.keys(changes).length === 0}
              {...(takesAway ? { color: 'red' } : {})}
            >
              Save changes
            </Button>
          </div>
        </div>
      </form>
      <Suspense>{isDeleting && <DeleteRoleDialog role={role} onClose={deleting.close} />}</Suspense>
    </Page>
  )
}
