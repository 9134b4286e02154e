import { Button, Tooltip } from '@mantine/core'

/** What can be done; what cannot is disabled, and says why. */
export function ActionButton(props: { name: string; whyNot: string | undefined; onAct: () => void }) {
  const reason = props.whyNot
  return (
    <Tooltip label={reason} disabled={reason === undefined} events={{ hover: true, focus: true, touch: true }}>
      {/* Not `disabled`: what cannot be reached by keyboard could not say why. */}
      <Button
        variant="default"
        aria-disabled={reason !== undefined}
        data-disabled={reason !== undefined}
        onClick={() => reason === undefined && props.onAct()}
      >
        {props.name}
      </Button>
    </Tooltip>
  )
}
