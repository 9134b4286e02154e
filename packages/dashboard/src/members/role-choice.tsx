import { Radio, Tooltip } from '@mantine/core'
import type { Assignability, Role, RoleId } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './role-choice.module.css'
import { whyNot } from './why-not.ts'

/** One of the roles. Those that may not be given are shown, disabled, with the reason. */
export function RoleChoice(props: {
  label: string
  value: RoleId | undefined
  onChange: (role: RoleId) => void
  may: (role: Role) => Assignability
}) {
  const { roles } = useOrganisation()
  return (
    <Radio.Group
      label={props.label}
      value={props.value ?? null}
      onChange={(value) => {
        const role = roles.rows.find(({ id }) => id === value)
        if (role !== undefined) props.onChange(role.id)
      }}
    >
      <div className={classes.choices}>
        {roles.rows.map((role) => {
          const reason = whyNot(props.may(role))
          return (
            <Tooltip
              key={role.id}
              label={reason}
              disabled={reason === undefined}
              events={{ hover: true, focus: true, touch: true }}
            >
              <Radio.Card value={role.id} disabled={reason !== undefined} className={classes.card}>
                <Radio.Indicator disabled={reason !== undefined} />
                <span className={classes.words}>
                  <RoleBadge role={role} />
                  <span className={classes.about}>{reason ?? role.description}</span>
                </span>
              </Radio.Card>
            </Tooltip>
          )
        })}
      </div>
    </Radio.Group>
  )
}
