import { Tooltip } from '@mantine/core'
import classes from './select-box.module.css'

/** Selects a row, or all of them. One that cannot be selected says why, by keyboard too. */
export function SelectBox(props: {
  label: string
  isChecked: boolean
  isPartly?: boolean
  whyNot?: string | undefined
  id?: string
  onToggle: () => void
}) {
  const { whyNot } = props
  const box = (
    <input
      type="checkbox"
      id={props.id}
      className={classes.box}
      aria-label={props.label}
      aria-disabled={whyNot !== undefined}
      checked={props.isChecked}
      ref={(input) => {
        if (input !== null) input.indeterminate = props.isPartly === true
      }}
      onChange={() => whyNot === undefined && props.onToggle()}
    />
  )
  if (whyNot === undefined) return box
  return (
    <Tooltip label={whyNot} position="right" events={{ hover: true, focus: true, touch: true }}>
      {box}
    </Tooltip>
  )
}
