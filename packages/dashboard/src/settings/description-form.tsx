import { Button, Textarea } from '@mantine/core'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTyped } from '../ui/use-typed.ts'

export function DescriptionForm({ organisation, present }: { organisation: string; present: string }) {
  const [description, setDescription, settle] = useTyped(present)
  const describe = useAction(async () => {
    const described = await rolecall.organisations.update({ organisation, description })
    settle(description, described.description)
    announce('The description was changed.')
  })
  const { fields, rest } = placeError(describe.error, { description: [] })
  return (
    <SettingForm onSend={() => describe.run()}>
      <ProblemNote error={rest} />
      <Textarea
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value.replaceAll(/[\r\n]+/g, ' '))}
        aria-label="Description"
        rows={3}
        maxLength={500}
        error={fields.description}
      />
      <Button type="submit" loading={describe.isPending} disabled={description === present}>
        Save
      </Button>
    </SettingForm>
  )
}
