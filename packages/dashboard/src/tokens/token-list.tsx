import { Button } from '@mantine/core'
import { useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { announce } from '../ui/announcer.tsx'
import { List } from '../ui/list.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { useAction } from '../ui/use-action.ts'
import { useFresh } from '../ui/use-fresh.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import classes from './token-list.module.css'
import { TokenRow } from './token-row.tsx'

// They are no organisation’s affair and so are not pushed.
const everyMs = 60_000

/** One’s own tokens for git. */
export function TokenList() {
  const { answer, error, again } = useFresh(everyMs, (options) => rolecall.tokens.list({}, options))
  const [isMaking, setMaking] = useState(false)
  const revoke = useAction(async (token: string) => {
    await rolecall.tokens.delete({ token })
    announce('The token was revoked.')
    again()
  })
  if (answer === undefined) {
    if (error !== undefined) return <ProblemNote error={error} />
    return (
      <AfterAMoment>
        <RowSkeletons rows={1} />
      </AfterAMoment>
    )
  }
  return (
    <>
      <ProblemNote error={revoke.error} />
      <div className={classes.list}>
        <List label="Tokens">
          {answer.data.map((token) => (
            <TokenRow key={token.id} token={token} onRevoke={() => revoke.run(token.id)} isPending={revoke.isPending} />
          ))}
        </List>
      </div>
      <Button variant="default" onClick={() => setMaking(true)}>
        Make a token
      </Button>
      {isMaking && (
        <CreateTokenDialog
          onClose={() => {
            setMaking(false)
            again()
          }}
        />
      )}
    </>
  )
}
