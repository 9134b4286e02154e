import { Modal } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { returnFocus } from './focus-memory.ts'

/** A dialog, for as long as it is there. What opened it may be an entry of a menu, long gone: focus goes to its button. */
export function Dialog(props: {
  title: string
  size?: number
  /** It shows what is shown only once: neither a click beside it nor Escape closes it. */
  isKept?: boolean
  onClose: () => void
  children: ReactNode
}) {
  useEffect(() => returnFocus, [])
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={props.size ?? 480}
      closeOnClickOutside={props.isKept !== true}
      closeOnEscape={props.isKept !== true}
      returnFocus={false}
    >
      {props.children}
    </Modal>
  )
}
