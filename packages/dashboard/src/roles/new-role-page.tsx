import { Button } from '@mantine/core'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './role-editor.module.css'
import { RoleFields } from './role-fields.tsx'
import { useRoleDraft } from './use-role-draft.ts'

export default function NewRolePage() {
  return (
    <Allowed needs="role:manage">
      <NewRole />
    </Allowed>
  )
}

/** Composes a role, from nothing or from another one. */
function NewRole() {
  const { id, name, roles } = useOrganisation()
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const draft = useRoleDraft(
    undefined,
    roles.rows.find((role) => role.id === parameters.get('from')),
  )
  const create = useAction(async () => {
    const { description, permissions } = draft
    await rolecall.roles.create({ organisation: id, name: draft.name, description, permissions: [...permissions] })
    announce(`The role ${draft.name} is there.`)
    await navigate(`/o/${id}/roles`)
  })
  return (
    <Page
      title="Compose a role"
      about={`A role of ${name}’s own. Once it is there it can be given to its members.`}
      back={<TextLink to={`/o/${id}/roles`}>← Roles</TextLink>}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          void create.run()
        }}
      >
        <RoleFields draft={draft} error={create.error} />
        <div className={classes.buttons}>
          <Button variant="default" component={Link} to={`/o/${id}/roles`}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create role
          </Button>
        </div>
      </form>
    </Page>
  )
}
