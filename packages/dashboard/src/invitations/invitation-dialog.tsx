import { NativeSelect, Text } from '@mantine/core'
import type { InvitationRow } from '@rolecall/sdk'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { expiries, usualExpiry } from './expiry.ts'

/** What somebody is about to do with a pending invitation. */
export interface InvitationDialogRequest {
  readonly kind: 'resend' | 'revoke'
  readonly invitation: InvitationRow
}

export default function InvitationDialog(props: { request: InvitationDialogRequest; onClose: () => void }) {
  const { request, onClose } = props
  return request.kind === 'resend' ? (
    <ResendDialog invitation={request.invitation} onClose={onClose} />
  ) : (
    <RevokeDialog invitation={request.invitation} onClose={onClose} />
  )
}

function ResendDialog({ invitation, onClose }: { invitation: InvitationRow; onClose: () => void }) {
  const { id } = useOrganisation()
  const resend = useAction(async (form: FormData) => {
    const expiresInDays = Number(textOf(form, 'expiry'))
    await rolecall.invitations.resend({ organisation: id, invitation: invitation.id, expiresInDays })
    announce(`The invitation of ${invitation.email} was sent again.`)
    onClose()
  })
  return (
    <Dialog onClose={onClose} title={`Send the invitation of ${invitation.email} again?`}>
      <Form onSend={resend.run}>
        <ProblemNote error={resend.error} />
        <Text>Another mail goes out. The link of the one before works no longer.</Text>
        <NativeSelect name="expiry" label="It holds for" data={expiries} defaultValue={usualExpiry} />
        <DialogButtons confirm="Send again" isPending={resend.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}

function RevokeDialog({ invitation, onClose }: { invitation: InvitationRow; onClose: () => void }) {
  const { id } = useOrganisation()
  const revoke = useAction(async () => {
    await rolecall.invitations.revoke({ organisation: id, invitation: invitation.id })
    announce(`The invitation of ${invitation.email} was withdrawn.`)
    onClose()
  })
  return (
    <ConfirmDialog
      title={`Withdraw the invitation of ${invitation.email}?`}
      confirm="Withdraw"
      action={revoke}
      isDangerous
      onClose={onClose}
    >
      <Text>The link in the mail works no longer. You can invite {invitation.email} again.</Text>
    </ConfirmDialog>
  )
}
