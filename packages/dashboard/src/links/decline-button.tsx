import { Button } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'

/** Declines, which needs no account. */
export function DeclineButton({ token, onDeclined }: { token: string; onDeclined: () => void }) {
  const decline = useAction(async () => {
    await rolecall.invitations.decline({ token })
    onDeclined()
  })
  return (
    <>
      <ProblemNote error={decline.error} />
      <Button size="md" fullWidth variant="default" loading={decline.isPending} onClick={() => decline.run()}>
        Decline
      </Button>
    </>
  )
}
