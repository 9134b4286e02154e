import { Button, TextInput } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { useAccount, useSession } from '../session/session-context.ts'
import { announce } from '../ui/announcer.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTyped } from '../ui/use-typed.ts'

export function NameForm() {
  const account = useAccount()
  const { setAccount } = useSession()
  const [name, setName, settle] = useTyped(account.name)
  const rename = useAction(async () => {
    const renamed = await rolecall.accounts.update({ name })
    settle(name, renamed.name)
    setAccount(renamed)
    announce('Your name was changed.')
  })
  const { fields, rest } = placeError(rename.error, { name: [] })
  return (
    <SettingForm onSend={() => rename.run()}>
      <ProblemNote error={rest} />
      <TextInput
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        aria-label="Name"
        autoComplete="name"
        maxLength={100}
        required
        error={fields.name}
      />
      <Button type="submit" loading={rename.isPending} disabled={name === account.name}>
        Change name
      </Button>
    </SettingForm>
  )
}
