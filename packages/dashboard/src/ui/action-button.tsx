import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

/** What can be done; what cannot is disabled, and says why. */
export function ActionButton(props: {
  name: string
  whyNot: string | undefined
  onAct: () => void
  icon?: ReactNode
  size?: NonNullable<ButtonProps['size']>
  /** The server is being asked for it. */
  isPending?: boolean
}) {
  const { whyNot: reason, isPending = false } = props
  return (
    <Tooltip label={reason} disabled={reason === undefined} events={{ hover: true, focus: true, touch: true }}>
      {/* Not `disabled`: what cannot be reached by keyboard could not say why. */}
      <Button
        variant="default"
        size={props.size ?? 'sm'}
        leftSection={props.icon}
        loading={isPending}
        aria-disabled={reason !== undefined}
        data-disabled={reason !== undefined}
        onClick={() => reason === undefined && props.onAct()}
      >
        {props.name}
      </Button>
    </Tooltip>
  )
}
