import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core'
import { type BuiltInRole, builtInRoleIds, builtInRoles, type DeclaredPermission } from '@rolecall/contract'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTypedFields } from '../ui/use-typed.ts'
import classes from './own-permissions.module.css'

interface Row {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly roles: readonly BuiltInRole[]
  readonly isNew: boolean
}

interface Rows {
  readonly rows: readonly Row[]
}

const choosable = builtInRoleIds.filter((role) => role !== 'admin')
const rowOf = (permission: DeclaredPermission): Row => ({ ...permission, key: permission.name, isNew: false })

/** All of them at once, as they are declared; what is being changed replaces what somebody declares meanwhile. */
export function OwnPermissionsForm({ declared }: { declared: readonly DeclaredPermission[] }) {
  const { id: organisation } = useOrganisation()
  const { now, isTouched, type, settle } = useTypedFields<Rows>({ rows: declared.map(rowOf) })
  const { rows } = now
  const other = useOtherChange(declared, (event) => event.type === 'permissions.declared')
  const save = useAction(async () => {
    const permissions = rows.map(({ name, description, roles }) => {
      // The server says what is wrong with a name.
      return { name: name.trim() as DeclaredPermission['name'], description, roles: [...roles] }
    })
    other.knows(permissions)
    const saved = await rolecall.permissions.declare({ organisation, permissions })
    other.knows(saved.permissions)
    settle(now, { rows: saved.permissions.map(rowOf) })
    announce('The permissions were declared.')
  })
  const setRows = (changed: readonly Row[]) => {
    // Until something is typed the form follows, so that this is what it began with.
    if (!isTouched) other.knows(declared)
    type({ rows: changed })
  }
  const change = (key: string, changed: Partial<Row>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...changed } : row)))
  const add = () => setRows([...rows, { key: crypto.randomUUID(), name: '', description: '', roles: [], isNew: true }])

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save.run()
      }}
    >
      <ProblemNote error={save.error} />
      {isTouched && (
        <OtherChangeNote of={other} isSaving={save.isPending}>
          the permissions just now. What stands here replaces that once you declare it.
        </OtherChangeNote>
      )}
      {rows.map((row, index) => (
        <fieldset key={row.key} className={classes.row}>
          <legend className="visually-hidden">{row.name || `New permission ${index + 1}`}</legend>
          <TextInput
            label="Name"
            placeholder="report:approve"
            value={row.name}
            onChange={({ currentTarget: { value } }) => change(row.key, { name: value })}
            // Another name would be another permission, which nobody holds.
            readOnly={!row.isNew}
            maxLength={47}
            autoComplete="off"
            required
            withAsterisk={false}
          />
          <TextInput
            label="What it lets one do"
            value={row.description}
            onChange={({ currentTarget: { value } }) => change(row.key, { description: value })}
            maxLength={200}
            autoComplete="off"
          />
          <div className={classes.holders}>
            {choosable.map((role) => (
              <Checkbox
                key={role}
                label={builtInRoles[role].name}
                checked={row.roles.includes(role)}
                onChange={({ currentTarget: { checked } }) =>
                  change(row.key, {
                    roles: builtInRoleIds.filter((one) => (one === role ? checked : row.roles.includes(one))),
                  })
                }
              />
            ))}
          </div>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Withdraw ${row.name || 'the new permission'}`}
            onClick={() => setRows(rows.filter(({ key }) => key !== row.key))}
          >
            <IconX size={18} stroke={1.8} />
          </ActionIcon>
        </fieldset>
      ))}
      <div className={classes.buttons}>
        <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />} onClick={add}>
          Add a permission
        </Button>
        <Button type="submit" loading={save.isPending} disabled={!isTouched}>
          Declare
        </Button>
      </div>
    </form>
  )
}
