import { Button, Group } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { announce } from '../ui/announcer.tsx'
import { List } from '../ui/list.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import { useAction } from '../ui/use-action.ts'
import { SessionRow } from './session-row.tsx'
import { useSessions } from './use-sessions.ts'

export function SessionList() {
  const { sessions, error, read } = useSessions()
  const end = useAction(async (session: string) => {
    await rolecall.sessions.end({ session })
    await read()
    announce('The session was ended.')
  })
  const endAll = useAction(() => rolecall.sessions.endAll())

  if (sessions === undefined) {
    if (error !== undefined) return <ProblemNote error={error} />
    return (
      <AfterAMoment>
        <RowSkeletons rows={2} />
      </AfterAMoment>
    )
  }
  return (
    <>
      <ProblemNote error={end.error ?? endAll.error} />
      <List>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end.run(session.id)} isPending={end.isPending} />
        ))}
      </List>
      <Group mt="md">
        <Button variant="default" loading={endAll.isPending} onClick={() => endAll.run()}>
          Sign out everywhere
        </Button>
      </Group>
    </>
  )
}
