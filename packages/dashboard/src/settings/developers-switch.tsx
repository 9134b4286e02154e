import { Switch } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import classes from './developers-switch.module.css'

/** Whether Developers see who is a member. It stays as it is until the server has answered. */
export function DevelopersSwitch({ organisation, present }: { organisation: string; present: boolean }) {
  const change = useAction(async (developersSeeMembers: boolean) => {
    await rolecall.organisations.update({ organisation, developersSeeMembers })
    announce(developersSeeMembers ? 'Developers now see the members.' : 'Developers no longer see the members.')
  })
  return (
    <div className={classes.setting}>
      <ProblemNote error={change.error} />
      <Switch
        label="Developers see the members"
        description="Who is a member, with which role, and who is invited. They can change nothing of it. When it is switched off, the list leaves the pages that they have open."
        classNames={{ description: classes.about ?? '' }}
        checked={present}
        disabled={change.isPending}
        onChange={(event) => change.run(event.currentTarget.checked)}
      />
    </div>
  )
}
