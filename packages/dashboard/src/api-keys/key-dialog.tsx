import type { ApiKey } from '@rolecall/contract'
import { ChangeKeyDialog } from './change-key-dialog.tsx'
import { IssueKeyDialog } from './issue-key-dialog.tsx'
import { RevokeKeyDialog } from './revoke-key-dialog.tsx'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'
import { TakeOverDialog } from './take-over-dialog.tsx'

/** What is asked, of a new key or of one that there is. */
export type KeyDialogRequest =
  | { readonly kind: 'issue' }
  | { readonly kind: 'change' | 'rotate' | 'take over' | 'revoke'; readonly apiKey: ApiKey }

export function KeyDialog({ request, onClose }: { request: KeyDialogRequest; onClose: () => void }) {
  switch (request.kind) {
    case 'issue':
      return <IssueKeyDialog onClose={onClose} />
    case 'change':
      return <ChangeKeyDialog apiKey={request.apiKey} onClose={onClose} />
    case 'rotate':
      return <RotateKeyDialog apiKey={request.apiKey} onClose={onClose} />
    case 'take over':
      return <TakeOverDialog apiKey={request.apiKey} onClose={onClose} />
    case 'revoke':
      return <RevokeKeyDialog apiKey={request.apiKey} onClose={onClose} />
  }
}
