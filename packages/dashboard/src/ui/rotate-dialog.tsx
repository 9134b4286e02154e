import { NativeSelect } from '@mantine/core'
import type { ReactNode } from 'react'
import { announce } from './announcer.tsx'
import { Dialog } from './dialog.tsx'
import { DialogButtons } from './dialog-buttons.tsx'
import { Form } from './form.tsx'
import { textOf } from './form-data.ts'
import { ProblemNote } from './problem-note.tsx'
import { useAction } from './use-action.ts'

const overlaps = [
  { value: '0', label: 'Not at all: it may be known to others' },
  { value: '1', label: 'An hour' },
  { value: '24', label: 'A day' },
  { value: '72', label: 'Three days' },
  { value: '168', label: 'A week' },
]

/** Asks for how long the former secret goes on beside another one, and has that made. */
export function RotateDialog(props: {
  title: string
  confirm: string
  /** What is told to who hears the page, once it is done. */
  done: string
  onRotate: (overlapHours: number) => Promise<void>
  onClose: () => void
  children: ReactNode
}) {
  const rotate = useAction(async (form: FormData) => {
    await props.onRotate(Number(textOf(form, 'overlap')))
    announce(props.done)
  })
  return (
    <Dialog onClose={props.onClose} title={props.title}>
      <Form onSend={rotate.run}>
        <ProblemNote error={rotate.error} />
        {props.children}
        <NativeSelect
          name="overlap"
          label="The former one goes on for"
          data={overlaps}
          defaultValue="24"
          data-autofocus
        />
        <DialogButtons confirm={props.confirm} isPending={rotate.isPending} onCancel={props.onClose} />
      </Form>
    </Dialog>
  )
}
