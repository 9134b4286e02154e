import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core'
import { type BuiltInRole, builtInRoleIds, builtInRoles, type DeclaredPermission } from '@rolecall/contract'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './own-permissions.module.css'

interface Row {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly roles: readonly BuiltInRole[]
  readonly isNew: boolean
}

const choosable = builtInRoleIds.filter((role) => role !== 'admin')
const rowOf = (permission: DeclaredPermission): Row => ({ ...permission, key: permission.name, isNew: false })

/** All of them at once, as they are declared. What somebody else declares meanwhile takes the place of what stands here. */
export function OwnPermissionsForm({ declared }: { declared: readonly DeclaredPermission[] }) {
  const { id: organisation } = useOrganisation()
  const [rows, setRows] = useState<readonly Row[]>(() => declared.map(rowOf))
  const isChanged = JSON.stringify(rows) !== JSON.stringify(declared.map(rowOf))
  const save = useAction(async () => {
    const permissions = rows.map(({ name, description, roles }) => {
      // The server says what is wrong with a name.
      return { name: name.trim() as DeclaredPermission['name'], description, roles: [...roles] }
    })
    await rolecall.permissions.declare({ organisation, permissions })
    announce('The permissions were declared.')
  })
  const change = (key: string, changed: Partial<Row>) =>
    setRows((before) => before.map((row) => (row.key === key ? { ...row, ...changed } : row)))
  const add = () =>
    setRows((before) => [...before, { key: crypto.randomUUID(), name: '', description: '', roles: [], isNew: true }])

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save.run()
      }}
    >
      <ProblemNote error={save.error} />
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
            onClick={() => setRows((before) => before.filter(({ key }) => key !== row.key))}
          >
            <IconX size={18} stroke={1.8} />
          </ActionIcon>
        </fieldset>
      ))}
      <div className={classes.buttons}>
        <Button variant="default" leftSection={<IconPlus size={16} stroke={1.8} />} onClick={add}>
          Add a permission
        </Button>
        <Button type="submit" loading={save.isPending} disabled={!isChanged}>
          Declare
        </Button>
      </div>
    </form>
  )
}
