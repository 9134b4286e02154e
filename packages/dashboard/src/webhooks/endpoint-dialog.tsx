import type { Webhook } from '@rolecall/contract'
import { AdoptDialog } from './adopt-dialog.tsx'
import { DeleteEndpointDialog } from './delete-endpoint-dialog.tsx'
import { ReplayDialog } from './replay-dialog.tsx'
import { RotateSecretDialog } from './rotate-dialog.tsx'

/** What somebody is about to do with an endpoint. */
export interface EndpointDialogRequest {
  readonly kind: 'replay' | 'rotate' | 'adopt' | 'delete'
  readonly endpoint: Webhook
}

const dialogs = { replay: ReplayDialog, rotate: RotateSecretDialog, adopt: AdoptDialog, delete: DeleteEndpointDialog }

export function EndpointDialog(props: { request: EndpointDialogRequest; onClose: () => void }) {
  const { kind, endpoint } = props.request
  const Chosen = dialogs[kind]
  return <Chosen endpoint={endpoint} onClose={props.onClose} />
}
