import { Button } from '@mantine/core'
import type { ApiKey } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { List, RowWords } from '../ui/list.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { RoleBadge } from '../ui/role-badge.tsx'
import { StateTag } from '../ui/state-tag.tsx'
import type { KeyDialogRequest } from './key-dialog.tsx'
import classes from './key-list.module.css'
import { KeyMenu } from './key-menu.tsx'
import { stateOf } from './key-state.ts'

interface Props {
  onAsk: (request: KeyDialogRequest) => void
}

/** The keys, each with what it does at present and for whom it stands. */
export function KeyList({ keys, onAsk }: Props & { keys: readonly ApiKey[] }) {
  return (
    <List label="API keys" isBoxed>
      {keys.map((key) => (
        <Row key={key.id} apiKey={key} onAsk={onAsk} />
      ))}
    </List>
  )
}

function Row({ apiKey, onAsk }: Props & { apiKey: ApiKey }) {
  const { roles } = useOrganisation()
  const { name, hint, role, status, issuer } = apiKey
  const state = stateOf(apiKey)
  return (
    <li className={classes.row}>
      <RowWords name={name}>
        <span className={classes.about}>
          <span className={classes.hint}>{hint}</span> · {state.about ?? `Issued by ${issuer.name}`}
        </span>
      </RowWords>
      <Times apiKey={apiKey} />
      <span className={classes.state}>
        {status === 'active' ? (
          <RoleBadge role={roles.get(role)} />
        ) : (
          <StateTag tone={state.tone}>{state.name}</StateTag>
        )}
      </span>
      <span className={classes.menu}>
        {status === 'paused' && (
          <Button
            variant="default"
            size="xs"
            aria-label={`Take over ${name}`}
            onClick={() => onAsk({ kind: 'take over', apiKey })}
          >
            Take over
          </Button>
        )}
        <KeyMenu apiKey={apiKey} onAsk={onAsk} />
      </span>
    </li>
  )
}

function Times({ apiKey: { lastUsedAt, expiresAt, formers } }: { apiKey: ApiKey }) {
  return (
    <span className={classes.times}>
      <span>
        {lastUsedAt === undefined ? (
          'Never used'
        ) : (
          <>
            Used <RelativeTime at={lastUsedAt} />
          </>
        )}
      </span>
      <span>
        {expiresAt === undefined ? (
          'Does not expire'
        ) : (
          <>
            Ends <RelativeTime at={expiresAt} />
          </>
        )}
      </span>
      {formers.map(({ hint, expiresAt: until }) => (
        <span key={hint}>
          {hint} until <RelativeTime at={until} />
        </span>
      ))}
    </span>
  )
}
