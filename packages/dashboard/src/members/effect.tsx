import { Skeleton } from '@mantine/core'
import type { AnyPermission } from '@rolecall/contract'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { inPlainWords } from '../roles/describe.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import classes from './effect.module.css'
import type { PreviewState } from './use-preview.ts'

/** What a change gives a member and takes from them, before it is made. */
export function Effect(props: { account: string; name: string; rehearsal: PreviewState; whenNothing: string }) {
  const { account, name, rehearsal, whenNothing } = props
  const { preview, error } = rehearsal
  if (error !== undefined) return <ProblemNote error={error} />
  if (preview === undefined) {
    return (
      <AfterAMoment>
        <Skeleton height={96} radius="md" />
      </AfterAMoment>
    )
  }
  const loss = preview.loses.find((one) => one.account.id === account)
  const gain = preview.gains.find((one) => one.account.id === account)
  return (
    <div className={classes.effect} aria-live="polite">
      {gain !== undefined && <Changes title={`${name} will be able to`} permissions={gain.permissions} isGain />}
      {loss !== undefined && <Changes title={`${name} will no longer be able to`} permissions={loss.permissions} />}
      {loss !== undefined && loss.invitations.length > 0 && (
        <p className={classes.also}>
          {loss.invitations.length === 1 ? 'An invitation' : `${loss.invitations.length} invitations`} that{' '}
          {theirs(name)} sent will be withdrawn: {inList(loss.invitations.map(({ email }) => email))}.
        </p>
      )}
      {loss !== undefined && loss.webhooks.length > 0 && (
        <p className={classes.also}>
          {loss.webhooks.length === 1 ? 'A webhook endpoint' : `${loss.webhooks.length} webhook endpoints`} that{' '}
          {name === 'You' ? 'you own' : `${name} owns`} will rest until somebody adopts{' '}
          {loss.webhooks.length === 1 ? 'it' : 'them'}
          {inBrackets(loss.webhooks.flatMap(({ url }) => url ?? []))}.
        </p>
      )}
      {loss !== undefined && loss.keys.length > 0 && (
        <p className={classes.also}>
          {loss.keys.length === 1 ? 'An API key' : `${loss.keys.length} API keys`} that {theirs(name)} issued will do
          less, or nothing, until another Admin takes {loss.keys.length === 1 ? 'it' : 'them'} over:{' '}
          {inList(loss.keys.map((key) => key.name))}.
        </p>
      )}
      <p className={classes.when}>
        {loss === undefined && gain === undefined ? whenNothing : atOnce(name, loss?.sockets ?? 0)}
      </p>
    </div>
  )
}

const theirs = (name: string) => (name === 'You' ? 'you' : name)

function atOnce(name: string, sockets: number): string {
  if (sockets === 0) return 'This holds at once, on every page that is open.'
  const pages = sockets === 1 ? 'one open page' : `${sockets} open pages`
  return `${name === 'You' ? 'You are' : `${name} is`} connected now: this holds at once, on ${pages}.`
}

const list = new Intl.ListFormat('en-GB')
const mostNamed = 4

function inList(names: readonly string[]): string {
  return names.length > mostNamed
    ? list.format([...names.slice(0, mostNamed - 1), `${names.length - mostNamed + 1} more`])
    : list.format(names)
}

/** What is named only to those who may see it. */
const inBrackets = (names: readonly string[]) => (names.length === 0 ? '' : ` (${inList(names)})`)

/** Permissions that are gained or lost, in words; nothing where there are none. */
export function Changes(props: { title: string; permissions: readonly AnyPermission[]; isGain?: boolean }) {
  const Icon = props.isGain === true ? IconPlus : IconMinus
  if (props.permissions.length === 0) return null
  return (
    <>
      <p className={classes.title}>{props.title}</p>
      <ul className={classes.list}>
        {props.permissions.map((permission) => (
          <li key={permission} data-gain={props.isGain}>
            <Icon size={14} stroke={2.2} aria-hidden />
            {inPlainWords(permission)}
          </li>
        ))}
      </ul>
    </>
  )
}
