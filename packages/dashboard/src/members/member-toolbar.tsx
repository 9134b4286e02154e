import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconArrowUp, IconSearch } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import type { Arrangement, SortBy } from './arrange.ts'
import classes from './member-toolbar.module.css'

const statuses = [
  { value: '', label: 'Every status' },
  { value: 'active', label: 'Active' },
  { value: 'suspended', label: 'Suspended' },
]
const orders: readonly { readonly value: SortBy; readonly label: string }[] = [
  { value: 'name', label: 'By name' },
  { value: 'role', label: 'By role' },
  { value: 'since', label: 'By time' },
]
const number = new Intl.NumberFormat('en-GB')

export function MemberToolbar(props: {
  arrangement: Arrangement
  onChange: (arrangement: Arrangement) => void
  shown: number
  total: number
  waiting: number
  onShowWaiting: () => void
  action: ReactNode
}) {
  const { roles } = useOrganisation()
  const { arrangement, onChange, shown, total, waiting } = props
  return (
    <search className={classes.toolbar}>
      <TextInput
        className={classes.search}
        value={arrangement.search}
        onChange={(event) => onChange({ ...arrangement, search: event.currentTarget.value })}
        placeholder="Find by name or email"
        aria-label="Find a member"
        leftSection={<IconSearch size={16} stroke={1.8} />}
      />
      <NativeSelect
        className={classes.role}
        data={[{ value: '', label: 'Every role' }, ...roles.rows.map(({ id, name }) => ({ value: id, label: name }))]}
        value={arrangement.role ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...arrangement, role: roles.rows.find(({ id }) => id === value)?.id })
        }
        aria-label="Role"
      />
      <NativeSelect
        className={classes.role}
        data={statuses}
        value={arrangement.status ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...arrangement, status: value === 'active' || value === 'suspended' ? value : undefined })
        }
        aria-label="Status"
      />
      <NativeSelect
        className={classes.sort}
        data={orders}
        value={arrangement.sortBy}
        onChange={({ currentTarget: { value } }) => {
          const order = orders.find((one) => one.value === value)
          if (order !== undefined) onChange({ ...arrangement, sortBy: order.value, isDescending: false })
        }}
        aria-label="Order"
      />
      <span className={classes.count} role="status">
        {shown === total ? inAll(total) : `${number.format(shown)} of ${number.format(total)}`}
      </span>
      {props.action}
      {waiting > 0 && (
        <Button
          size="compact-sm"
          radius="xl"
          className={classes.waiting}
          leftSection={<IconArrowUp size={14} />}
          onClick={props.onShowWaiting}
        >
          {number.format(waiting)} new
        </Button>
      )}
    </search>
  )
}

const inAll = (total: number) => (total === 1 ? '1 member' : `${number.format(total)} members`)
