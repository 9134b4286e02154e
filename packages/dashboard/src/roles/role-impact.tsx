import { Skeleton } from '@mantine/core'
import type { Preview, Role } from '@rolecall/contract'
import classes from '../members/effect.module.css'
import { Changes } from '../members/effect.tsx'
import type { PreviewState } from '../members/use-preview.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useWatched } from '../ui/use-watched.ts'

/** Who holds a role, and what another one, or a change of it, gives them and takes from them. */
export function RoleImpact(props: { role: Role; isChanged: boolean; rehearsal: PreviewState }) {
  const { live } = useOrganisation()
  const { rows } = useWatched(live.members)
  const holders = rows.filter(({ role }) => role === props.role.id).map(({ account }) => account.name)
  return (
    <div className={classes.effect} aria-live="polite">
      <p className={classes.title}>{held(props.role.name, holders)}</p>
      {props.isChanged && <Consequences rehearsal={props.rehearsal} />}
    </div>
  )
}

function Consequences({ rehearsal: { preview, error } }: { rehearsal: PreviewState }) {
  if (error !== undefined) return <ProblemNote error={error} />
  if (preview === undefined) {
    return (
      <AfterAMoment>
        <Skeleton height={48} radius="md" />
      </AfterAMoment>
    )
  }
  const { gains, gaining, loses, losing } = preview
  const emails = withdrawn(preview)
  const keys = loses.flatMap((loss) => loss.keys)
  // Others lose an invitation that they sent, or a key: nothing that they may do themselves.
  const deprived = loses.filter(({ permissions }) => permissions.length > 0)
  const connected = deprived.filter(({ sockets }) => sockets > 0).length
  return (
    <>
      {gains[0] !== undefined && (
        <Changes title={`${people(gaining)} will be able to`} permissions={gains[0].permissions} isGain />
      )}
      {deprived[0] !== undefined && (
        <Changes
          title={`${people(losing - loses.length + deprived.length)} will no longer be able to`}
          permissions={deprived[0].permissions}
        />
      )}
      {emails.length > 0 && (
        <p className={classes.also}>
          {emails.length === 1 ? 'An invitation will be withdrawn' : `${emails.length} invitations will be withdrawn`}:{' '}
          {inList(emails)}.
        </p>
      )}
      {keys.length > 0 && (
        <p className={classes.also}>
          {keys.length === 1 ? 'An API key' : `${keys.length} API keys`} will do less, or nothing:{' '}
          {inList(keys.map(({ name }) => name))}.
        </p>
      )}
      <p className={classes.when}>
        {loses.length + gains.length === 0
          ? 'Nobody loses or gains anything.'
          : `This holds at once, on every page that is open${connected === 0 ? '.' : `; ${connected} of them ${connected === 1 ? 'is' : 'are'} connected now.`}`}
      </p>
    </>
  )
}

const list = new Intl.ListFormat('en-GB')
const mostNamed = 4

function inList(names: readonly string[], rest = 'more'): string {
  return names.length > mostNamed
    ? list.format([...names.slice(0, mostNamed - 1), `${names.length - mostNamed + 1} ${rest}`])
    : list.format(names)
}

function held(role: string, holders: readonly string[]): string {
  if (holders.length === 0) return `Nobody holds the role ${role}.`
  return `${inList(holders, 'others')} ${holders.length === 1 ? 'holds' : 'hold'} the role ${role}.`
}

const people = (count: number) => (count === 1 ? 'One member' : `${count} members`)

/** The addresses of invitations that end with the change. */
function withdrawn({ events }: Preview): readonly string[] {
  return events.flatMap(({ type, data: { invitation } }) => {
    const isInvitation = type === 'invitation.revoked' && typeof invitation === 'object' && invitation !== null
    return isInvitation && 'email' in invitation ? [String(invitation.email)] : []
  })
}
