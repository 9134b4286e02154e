import { Button, NativeSelect, PasswordInput, Text, TextInput } from '@mantine/core'
import { RolecallError } from '@rolecall/sdk'
import { useState } from 'react'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { DialogButtons } from '../ui/dialog-buttons.tsx'
import { Form } from '../ui/form.tsx'
import { textOf } from '../ui/form-data.ts'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SecretLine } from '../ui/secret-line.tsx'
import { useAction } from '../ui/use-action.ts'

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'A year' },
]

/** Makes a token, and then shows it, this once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<{ token?: string | undefined }>()
  /** Whoever signed in long ago says their password too. */
  const [isAsked, setAsked] = useState(false)
  const make = useAction(async (form: FormData) => {
    const expiresInDays = Number(textOf(form, 'days'))
    const password = textOf(form, 'password')
    const wanted = { name: textOf(form, 'name'), expiresInDays, ...(password === '' ? {} : { password }) }
    const answered = await rolecall.tokens.create(wanted).catch((error: unknown) => {
      if (error instanceof RolecallError && error.code === 'password_needed') setAsked(true)
      throw error
    })
    setMade(answered)
    announce('The token is there. Keep it.')
  })
  const { fields, rest } = placeError(make.error, { name: [], password: ['password_needed', 'invalid_credentials'] })
  if (made !== undefined) return <NewToken token={made.token} onClose={onClose} />
  return (
    <Dialog onClose={onClose} title="Make a token for git">
      <Form onSend={make.run}>
        <ProblemNote error={rest} />
        <TextInput
          name="name"
          label="Name"
          description="Where you keep it, so that you know later which one to revoke."
          placeholder="Laptop"
          autoComplete="off"
          maxLength={100}
          required
          withAsterisk={false}
          error={fields.name}
          data-autofocus
        />
        <NativeSelect name="days" label="Valid for" data={lifetimes} defaultValue="90" />
        {isAsked && (
          <PasswordInput
            name="password"
            label="Your password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            error={fields.password}
          />
        )}
        <DialogButtons confirm="Make the token" isPending={make.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  )
}

/** Absent where an answer was lost on its way: then it was shown to nobody. */
function NewToken({ token, onClose }: { token: string | undefined; onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Keep your token" isKept>
      {token === undefined ? (
        <Text mb="lg">The answer with the token was lost on its way. Revoke it, and make another one.</Text>
      ) : (
        <>
          <Text mb="md">The password of your git client. It is shown this once.</Text>
          <SecretLine label="Token" secret={token} />
        </>
      )}
      <Button mt="lg" onClick={onClose}>
        Done
      </Button>
    </Dialog>
  )
}
