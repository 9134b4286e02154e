import { Radio, Tooltip } from '@mantine/core'
import { type Assignability, type BuiltInRole, builtInRoleIds, builtInRoles } from '@rolecall/contract'
import { RoleBadge } from '../ui/role-badge.tsx'
import classes from './role-choice.module.css'
import { whyNot } from './why-not.ts'

/** One of the roles. Those that may not be given are shown, disabled, with the reason. */
export function RoleChoice(props: {
  label: string
  value: BuiltInRole | undefined
  onChange: (role: BuiltInRole) => void
  may: (role: BuiltInRole) => Assignability
}) {
  return (
    <Radio.Group
      label={props.label}
      value={props.value ?? null}
      onChange={(value) => {
        const role = builtInRoleIds.find((id) => id === value)
        if (role !== undefined) props.onChange(role)
      }}
    >
      <div className={classes.choices}>
        {builtInRoleIds.map((role) => {
          const reason = whyNot(props.may(role))
          return (
            <Tooltip
              key={role}
              label={reason}
              disabled={reason === undefined}
              events={{ hover: true, focus: true, touch: true }}
            >
              <Radio.Card value={role} disabled={reason !== undefined} className={classes.card}>
                <Radio.Indicator disabled={reason !== undefined} />
                <span className={classes.words}>
                  <RoleBadge role={role} />
                  <span className={classes.about}>{reason ?? builtInRoles[role].description}</span>
                </span>
              </Radio.Card>
            </Tooltip>
          )
        })}
      </div>
    </Radio.Group>
  )
}
