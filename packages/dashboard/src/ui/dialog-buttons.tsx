import { Button, Group } from '@mantine/core'
import classes from './dialog-buttons.module.css'

/** The end of a dialog: the way back, and the one thing that it does. */
export function DialogButtons(props: {
  confirm: string
  isPending: boolean
  onCancel: () => void
  isDangerous?: boolean
  isDisabled?: boolean
}) {
  return (
    <Group justify="flex-end" gap="sm" className={classes.buttons}>
      <Button variant="default" onClick={props.onCancel}>
        Cancel
      </Button>
      <Button
        type="submit"
        loading={props.isPending}
        disabled={props.isDisabled ?? false}
        {...(props.isDangerous === true ? { color: 'red' } : {})}
      >
        {props.confirm}
      </Button>
    </Group>
  )
}
