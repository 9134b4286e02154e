import { TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog } from './dialog.tsx'
import { DialogButtons } from './dialog-buttons.tsx'
import { Form } from './form.tsx'
import { ProblemNote } from './problem-note.tsx'
import type { Action } from './use-action.ts'

/** Asks before something is done, with what there is to say of it, and shows why where it is refused. */
export function ConfirmDialog(props: {
  title: string
  confirm: string
  action: Pick<Action<[]>, 'run' | 'isPending' | 'error'>
  /** What has to be typed first: for what can hardly be brought back. */
  typed?: string
  isDangerous?: boolean
  isDisabled?: boolean
  size?: number
  onClose: () => void
  children?: ReactNode
}) {
  const { typed, action, onClose } = props
  const [text, setText] = useState('')
  const isUntyped = typed !== undefined && text.trim() !== typed
  return (
    <Dialog onClose={onClose} title={props.title} {...(props.size === undefined ? {} : { size: props.size })}>
      <Form onSend={() => action.run()}>
        <ProblemNote error={action.error} />
        {props.children}
        {typed !== undefined && (
          <TextInput
            label={`Type “${typed}” to confirm`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <DialogButtons
          confirm={props.confirm}
          isPending={action.isPending}
          isDisabled={isUntyped || props.isDisabled === true}
          isDangerous={props.isDangerous === true}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  )
}
