import type { Webhook } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { List, RowWords } from '../ui/list.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import type { EndpointDialogRequest } from './endpoint-dialog.tsx'
import classes from './endpoint-list.module.css'
import { EndpointMenu } from './endpoint-menu.tsx'
import { shortUrl, stateOf, typesInShort } from './endpoint-state.ts'
import type { EndpointActions } from './use-endpoint-actions.ts'

interface Props {
  actions: EndpointActions
  onAsk: (request: EndpointDialogRequest) => void
}

/** The endpoints. What somebody else did to one stands there for a moment. */
export function EndpointList(props: Props & { endpoints: readonly Webhook[]; notes: ReadonlyMap<string, string> }) {
  return (
    <List label="Endpoints" isBoxed>
      {props.endpoints.map((endpoint) => (
        <Row key={endpoint.id} {...props} endpoint={endpoint} note={props.notes.get(endpoint.id)} />
      ))}
    </List>
  )
}

function Row({ endpoint, note, actions, onAsk }: Props & { endpoint: Webhook; note: string | undefined }) {
  const { id } = useOrganisation()
  const { name, tone, since } = stateOf(endpoint)
  const about = [endpoint.description, typesInShort(endpoint.types), endpoint.ordered && 'in order']
  return (
    <li className={classes.row} data-marked={note !== undefined || undefined}>
      <RowWords name={shortUrl(endpoint.url)} to={`/o/${id}/webhooks/${endpoint.id}`}>
        <span className={classes.about}>
          {note !== undefined ? <span className={classes.note}>{note}</span> : about.filter(Boolean).join(' · ')}
        </span>
      </RowWords>
      <span className={classes.owner}>{endpoint.owner.name}</span>
      <span className={classes.state}>
        <StateTag tone={tone}>{name}</StateTag>
        {since !== undefined && <RelativeTime at={since} className={classes.since} />}
      </span>
      <span className={classes.menu}>
        <EndpointMenu endpoint={endpoint} actions={actions} onAsk={onAsk} />
      </span>
    </li>
  )
}
