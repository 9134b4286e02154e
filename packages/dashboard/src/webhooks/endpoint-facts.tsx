import { useOrganisation } from '../organisations/organisation-context.ts'
import { CopyableId } from '../ui/copyable-id.tsx'
import classes from '../ui/facts.module.css'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import { stateOf } from './endpoint-state.ts'
import { ExactTime } from './exact-time.tsx'
import type { PlacedEndpoint } from './use-endpoint.ts'

/** What was chosen of an endpoint, and how far it has come. */
export function EndpointFacts({ endpoint }: { endpoint: PlacedEndpoint }) {
  const { id, url, types, ordered, concurrency, owner, secrets, stopped, createdAt } = endpoint
  const { me } = useOrganisation()
  const state = stateOf(endpoint)
  return (
    <dl className={classes.facts}>
      <dt>State</dt>
      <dd>
        <StateTag tone={state.tone}>{state.name}</StateTag>{' '}
        <span className={classes.quiet}>{progressOf(endpoint)}</span>
      </dd>
      <dt>URL</dt>
      <dd>
        <CopyableId id={url} label="Copy URL" />
      </dd>
      <dt>Events</dt>
      <dd>
        {types.map((type) => (
          <code key={type} className={classes.type}>
            {type === '*' ? 'all' : type}
          </code>
        ))}
      </dd>
      <dt>Order</dt>
      <dd>{ordered ? 'One after the other' : `Side by side, at most ${concurrency} at once`}</dd>
      <dt>Owner</dt>
      <dd>
        {owner.name}{' '}
        <span className={classes.quiet}>
          {stopped?.reason !== 'owner_lost' && `It gets what ${owner.id === me.account ? 'you' : 'they'} may see.`}
        </span>
      </dd>
      <dt>Secret</dt>
      <dd>
        {secrets.map(({ createdAt: at, expiresAt }) => (
          <span key={at} className={classes.line}>
            {expiresAt === undefined ? 'Made' : 'A former one, made'} <RelativeTime at={at} />
            {expiresAt !== undefined && (
              <>
                , signs too until <ExactTime at={expiresAt} />
              </>
            )}
          </span>
        ))}
      </dd>
      <dt>Added</dt>
      <dd>
        <RelativeTime at={createdAt} />
      </dd>
      <dt>Id</dt>
      <dd>
        <CopyableId id={id} />
      </dd>
    </dl>
  )
}

/** The API counts no further. */
const countedUpTo = 1_000

function progressOf({ position: { behind }, retrying }: PlacedEndpoint): string {
  const place = behind === 1 ? 'One event behind' : `${behind.toLocaleString('en-GB')} events behind`
  const waiting =
    retrying === 1
      ? 'One waits to be tried again'
      : `${retrying.toLocaleString('en-GB')}${retrying === countedUpTo ? ' or more' : ''} wait to be tried again`
  // Up to date is what nothing waits for, too.
  if (behind === 0) return retrying === 0 ? 'Up to date' : waiting
  return retrying === 0 ? place : `${place}. ${waiting}`
}
