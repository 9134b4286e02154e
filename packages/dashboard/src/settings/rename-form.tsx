import { Button, TextInput } from '@mantine/core'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTyped } from '../ui/use-typed.ts'

export function RenameForm() {
  const organisation = useOrganisation()
  const [name, setName, settle] = useTyped(organisation.name)
  const rename = useAction(async () => {
    const renamed = await rolecall.organisations.update({ organisation: organisation.id, name })
    settle(name, renamed.name)
    announce(`The organisation is now called ${renamed.name}.`)
  })
  const { fields, rest } = placeError(rename.error, { name: ['organisation_name_taken', 'too_many_held_names'] })
  return (
    <SettingForm onSend={() => rename.run()}>
      <ProblemNote error={rest} />
      <TextInput
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        aria-label="Name"
        autoComplete="off"
        maxLength={64}
        required
        error={fields.name}
      />
      <Button type="submit" loading={rename.isPending} disabled={name === organisation.name}>
        Rename
      </Button>
    </SettingForm>
  )
}
