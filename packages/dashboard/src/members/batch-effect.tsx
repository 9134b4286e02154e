import { Skeleton } from '@mantine/core'
import type { Permission, Preview } from '@rolecall/contract'
import type { MemberRow } from '@rolecall/sdk'
import { inPlainWords } from '../roles/describe.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { Person } from '../ui/person.tsx'
import classes from './batch-effect.module.css'
import { BatchRefusal } from './batch-refusal.tsx'
import type { PreviewState } from './use-preview.ts'

const shown = 5

/** What a change of many members gives them and takes from them, before it is made. */
export function BatchEffect(props: {
  members: readonly MemberRow[]
  rehearsal: PreviewState
  whenNothing: string
  isRemoval?: true
}) {
  const { preview, error } = props.rehearsal
  if (error !== undefined) return <BatchRefusal error={error} members={props.members} />
  if (preview === undefined) {
    return (
      <AfterAMoment>
        <Skeleton height={160} radius="md" />
      </AfterAMoment>
    )
  }
  const affected = affectedBy(preview)
  const connected = affected.filter(({ sockets }) => sockets > 0).length
  const invitations = preview.loses.flatMap((loss) => loss.invitations).length
  const webhooks = preview.loses.flatMap((loss) => loss.webhooks).length
  const keys = preview.loses.flatMap((loss) => loss.keys).length
  return (
    <div className={classes.effect} aria-live="polite">
      <ul className={classes.list}>
        {affected.slice(0, shown).map(({ id, name, changes }) => (
          <li key={id}>
            <Person id={id} name={name} size={26} />
            {(props.isRemoval === true ? ['loses all access'] : changes).map((change) => (
              <span key={change} className={classes.changes}>
                {change}
              </span>
            ))}
          </li>
        ))}
      </ul>
      {affected.length > shown && <p className={classes.text}>and {affected.length - shown} more.</p>}
      {invitations > 0 && (
        <p className={classes.text}>
          {invitations === 1 ? 'An invitation of theirs is' : `${invitations} invitations of theirs are`} withdrawn.
        </p>
      )}
      {webhooks > 0 && (
        <p className={classes.text}>
          {webhooks === 1 ? 'A webhook endpoint of theirs rests' : `${webhooks} webhook endpoints of theirs rest`} until
          somebody adopts {webhooks === 1 ? 'it' : 'them'}.
        </p>
      )}
      {keys > 0 && (
        <p className={classes.text}>
          {keys === 1 ? 'An API key' : `${keys} API keys`} of their issuing will do less, or nothing, until another
          Admin takes {keys === 1 ? 'it' : 'them'} over.
        </p>
      )}
      <p className={classes.when}>{affected.length === 0 ? props.whenNothing : atOnce(connected)}</p>
    </div>
  )
}

interface Affected {
  readonly id: string
  readonly name: string
  readonly sockets: number
  readonly changes: readonly string[]
}

/** Everybody who gains or loses something, once. Whoever is connected at this moment comes first. */
function affectedBy({ loses, gains }: Preview): readonly Affected[] {
  const gained = new Map(gains.map((gain) => [gain.account.id, gain]))
  const lost = new Map(loses.map((loss) => [loss.account.id, loss]))
  const accounts = new Map([...loses, ...gains].map(({ account }) => [account.id, account]))
  return [...accounts.values()]
    .map(({ id, name }): Affected => {
      const changes = [
        ...some('gains', gained.get(id)?.permissions ?? []),
        ...some('loses', lost.get(id)?.permissions ?? []),
      ]
      return { id, name, sockets: lost.get(id)?.sockets ?? 0, changes }
    })
    .sort((a, b) => Number(b.sockets > 0) - Number(a.sockets > 0) || a.name.localeCompare(b.name))
}

const list = new Intl.ListFormat('en-GB')
const mostNamed = 2

function some(verb: string, permissions: readonly Permission[]): string[] {
  if (permissions.length === 0) return []
  const more = permissions.length - mostNamed
  const words = permissions.slice(0, mostNamed).map(inPlainWords)
  return [`${verb}: ${list.format(more > 0 ? [...words, `${more} more`] : words)}`]
}

function atOnce(connected: number): string {
  if (connected === 0) return 'This holds at once, on every page that is open.'
  return `${connected === 1 ? 'One of them is' : `${connected} of them are`} connected now: this holds at once.`
}
