import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { Empty } from '../ui/empty.tsx'

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  return (
    <main>
      <Empty
        isPage
        icon={<IconPlugConnectedX size={26} stroke={1.6} />}
        title="Rolecall cannot be reached"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        The server does not answer. You are still signed in; nothing is lost.
      </Empty>
    </main>
  )
}
