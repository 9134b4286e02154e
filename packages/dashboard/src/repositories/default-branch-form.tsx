import { Button, NativeSelect } from '@mantine/core'
import type { Application, Repository } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { useAction } from '../ui/use-action.ts'
import { useTyped } from '../ui/use-typed.ts'

/** Chooses which branch clones check out. */
export function DefaultBranchForm({ application, repository }: { application: Application; repository: Repository }) {
  const { id: organisation } = useOrganisation()
  const { defaultBranch, branches } = repository
  const [chosen, setChosen] = useTyped(defaultBranch)
  const names = branches.map(({ name }) => name)
  // What was chosen here and is gone since is chosen no longer.
  const shown = names.includes(chosen) ? chosen : defaultBranch
  const choose = useAction(async () => {
    await rolecall.repositories.update({ organisation, application: application.id, defaultBranch: shown })
    announce(`${shown} is the default branch now.`)
  })
  const { fields, rest } = placeError(choose.error, { defaultBranch: ['branch_not_found'] })
  return (
    <SettingForm onSend={() => choose.run()}>
      <ProblemNote error={rest} />
      <NativeSelect
        label="Default branch"
        description="What a clone checks out. It cannot be deleted."
        data={names.includes(defaultBranch) ? names : [defaultBranch, ...names]}
        value={shown}
        onChange={(event) => setChosen(event.currentTarget.value)}
        error={fields.defaultBranch}
      />
      <Button type="submit" variant="default" loading={choose.isPending} disabled={shown === defaultBranch}>
        Make it the default
      </Button>
    </SettingForm>
  )
}
