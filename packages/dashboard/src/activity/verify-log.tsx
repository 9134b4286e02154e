import { Alert, Button } from '@mantine/core'
import type { Answer } from '@rolecall/contract'
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { CopyableId } from '../ui/copyable-id.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './verify-log.module.css'

type Verification = Answer<'events', 'verify'>
const number = new Intl.NumberFormat('en-GB')

/** Has the server recompute the chain of hashes, and says what came of it. */
export function VerifyLog() {
  const { id: organisation } = useOrganisation()
  const [verified, setVerified] = useState<Verification>()
  const verify = useAction(async () => {
    setVerified(undefined)
    let answer = await rolecall.events.verify({ organisation })
    while (answer.ok && answer.next !== undefined) {
      answer = await rolecall.events.verify({ organisation, after: answer.next })
    }
    setVerified(answer)
  })
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} stroke={1.7} />}
        loading={verify.isPending}
        onClick={() => verify.run()}
      >
        Verify
      </Button>
      <ProblemNote error={verify.error} />
      {verified !== undefined && (
        <div className={classes.outcome} role="status">
          <Outcome verified={verified} />
        </div>
      )}
    </>
  )
}

function Outcome({ verified }: { verified: Verification }) {
  if (!verified.ok) {
    return (
      <Alert
        color="red"
        variant="light"
        icon={<IconAlertTriangle size={18} />}
        title="The log is not as it was written"
      >
        Event {number.format(verified.seq)} is the first that does not fit. {verified.reason}
      </Alert>
    )
  }
  return (
    <Alert
      variant="light"
      icon={<IconShieldCheck size={18} />}
      title="The log is as it was written"
      classNames={{ body: classes.body ?? '' }}
    >
      All {number.format(verified.seq)} events fit. Keep the last hash elsewhere, and you can see later that none of
      them changed: <CopyableId id={verified.hash} label="Copy hash" />
    </Alert>
  )
}
