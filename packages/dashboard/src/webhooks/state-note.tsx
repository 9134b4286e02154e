import { Alert, Button } from '@mantine/core'
import type { Webhook } from '@rolecall/contract'
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { ActionButton } from '../ui/action-button.tsx'
import { useNow } from '../ui/now.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import type { EndpointDialogRequest } from './endpoint-dialog.tsx'
import { NextTry } from './next-try.tsx'
import classes from './state-note.module.css'
import type { EndpointActions } from './use-endpoint-actions.ts'
import { useWhyNot } from './use-why-not.ts'

interface Props {
  endpoint: Webhook
  actions: EndpointActions
  onAsk: (request: EndpointDialogRequest) => void
}

const patienceMs = 5 * 24 * 3_600_000

/** Why an endpoint gets nothing, or might soon, and the way out of it. Nothing where all is well. */
export function StateNote({ endpoint, actions, onAsk }: Props) {
  const { stopped, failingSince, notBefore, owner } = endpoint
  const whyNot = useWhyNot(endpoint)
  const resume = (
    <ActionButton
      name="Resume"
      whyNot={whyNot}
      onAct={() => actions.resume(endpoint)}
      size="xs"
      isPending={actions.isPending}
    />
  )
  if (stopped?.reason === 'by_member') {
    return (
      <Note title="Paused" action={resume}>
        {stopped.by?.name ?? 'Somebody'} paused it <RelativeTime at={stopped.at} />. What happens meanwhile is delivered
        once it is resumed.
      </Note>
    )
  }
  if (stopped?.reason === 'owner_lost') {
    return (
      <Note
        title="Its owner is lost"
        tone="bad"
        action={
          <Button size="xs" onClick={() => onAsk({ kind: 'adopt', endpoint })}>
            Adopt…
          </Button>
        }
      >
        {owner.name} may manage webhooks no longer, so it was paused <RelativeTime at={stopped.at} />. It goes on where
        it stopped, without loss, as soon as somebody adopts it.
      </Note>
    )
  }
  if (stopped !== undefined) {
    return (
      <Note title="Disabled" tone="bad" action={resume}>
        {stopped.reason === 'gone'
          ? 'It answered 410, which says that nothing is wanted there any more.'
          : 'For five days it took nothing.'}{' '}
        It was disabled <RelativeTime at={stopped.at} />. Resumed, it goes on where it stopped.
      </Note>
    )
  }
  const rest = notBefore !== undefined && (
    <>
      Its receiver asked for a rest, or does not keep up: the next post goes there <NextTry at={notBefore} />.
    </>
  )
  if (failingSince !== undefined) {
    return (
      <Note title="Failing" tone="bad">
        It failed first <RelativeTime at={failingSince} />, and took nothing since. {rest}{' '}
        <WhenDisabled failingSince={failingSince} />
      </Note>
    )
  }
  return rest === false ? null : <Note title="Left alone">{rest}</Note>
}

function WhenDisabled({ failingSince }: { failingSince: string }) {
  const at = new Date(Date.parse(failingSince) + patienceMs)
  // Long ago, and nothing was posted since: the next failure begins anew.
  if (at.getTime() < useNow()) return 'It is disabled once it fails for five days on end.'
  return (
    <>
      If that goes on it is disabled <RelativeTime at={at.toISOString()} />.
    </>
  )
}

function Note(props: { title: string; tone?: 'bad'; action?: ReactNode; children: ReactNode }) {
  const Icon = props.tone === 'bad' ? IconAlertTriangle : IconPlayerPause
  return (
    <Alert
      color={props.tone === 'bad' ? 'red' : 'petrol'}
      variant="light"
      icon={<Icon size={18} />}
      title={props.title}
      role="status"
    >
      <div className={classes.note}>
        <p className={classes.text}>{props.children}</p>
        {props.action}
      </div>
    </Alert>
  )
}
