import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { canAssign, type Role, type RoleId } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useState } from 'react'
import { RoleChoice } from '../members/role-choice.tsx'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { grantOf } from '../roles/roles.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAction } from '../ui/use-action.ts'
import { expiries, usualExpiry } from './expiry.ts'

/** Brings somebody in: at once where there is an account, and by a mail where there is none. */
export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const { id, name, me, roles } = useOrganisation()
  const may = (choice: Role) => canAssign(me, undefined, grantOf(choice))
  const [role, setRole] = useState<RoleId>(() =>
    may(roles.get('developer')).allowed
      ? 'developer'
      : (roles.rows.find((one) => may(one).allowed)?.id ?? 'accounting'),
  )
  const [isDirect, setDirect] = useState(true)
  const invite = useAction(async (form: FormData) => {
    const request = { organisation: id, email: textOf(form, 'email').trim(), role }
    const added = isDirect ? await addIfPossible(request) : undefined
    if (added === undefined) {
      await rolecall.invitations.create({ ...request, expiresInDays: Number(textOf(form, 'expiry')) })
    }
    announce(
      `${added?.account.name ?? request.email} was ${added === undefined ? 'invited' : 'added'} as ${roles.get(role).name}.`,
    )
    onClose()
  })
  const { fields, rest } = placeError(invite.error, { email: ['already_member', 'already_invited'] })

  return (
    <Dialog onClose={onClose} size={620} title={`Invite somebody to ${name}`}>
      <Form onSend={invite.run}>
        <ProblemNote error={rest} />
        <TextInput
          name="email"
          type="email"
          label="Email"
          autoComplete="off"
          required
          withAsterisk={false}
          error={fields.email}
          data-autofocus
        />
        <RoleChoice label="Role" value={role} onChange={setRole} may={may} />
        <Checkbox
          checked={isDirect}
          onChange={(event) => setDirect(event.currentTarget.checked)}
          label="Add them at once if they have an account"
          description="Otherwise, and to everyone else, a mail is sent with a link to accept."
        />
        <NativeSelect name="expiry" label="A mailed invitation holds for" data={expiries} defaultValue={usualExpiry} />
        <DialogButtons confirm="Invite" isPending={invite.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}

/** Nobody, where there is no account with this address or nobody has shown that it is theirs. */
async function addIfPossible(request: { organisation: string; email: string; role: RoleId }) {
  try {
    return await rolecall.members.add(request)
  } catch (error) {
    if (!(error instanceof RolecallError)) throw error
    if (error.code === 'account_not_found' || error.code === 'email_unverified') return undefined
    throw error
  }
}
