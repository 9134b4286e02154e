import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Dialog } from './dialog.tsx'

/** Shows a secret this once, for as long as it takes to keep it. */
export function SecretDialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Dialog onClose={props.onClose} title={props.title} size={600} isKept>
      <Stack gap="lg">
        {props.children}
        <Group justify="flex-end">
          <Button onClick={props.onClose}>Done</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
