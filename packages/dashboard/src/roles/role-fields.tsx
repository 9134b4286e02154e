import { Textarea, TextInput } from '@mantine/core'
import type { RolecallError } from '@rolecall/sdk'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { PermissionPicker } from './permission-picker.tsx'
import classes from './role-editor.module.css'
import type { RoleDraft } from './use-role-draft.ts'

/** What a role is called, what it is for and what it permits. */
export function RoleFields({ draft, error }: { draft: RoleDraft; error: RolecallError | undefined }) {
  const { fields, rest } = placeError(error, { name: ['role_name_taken'], description: [] })
  return (
    <>
      <ProblemNote error={rest} />
      <Section title="Name and description">
        <div className={classes.fields}>
          <TextInput
            label="Name"
            value={draft.name}
            onChange={(event) => draft.change({ name: event.currentTarget.value })}
            autoComplete="off"
            maxLength={64}
            required
            withAsterisk={false}
            error={fields.name}
          />
          <Textarea
            label="Description"
            description="What it is for. Everybody in the organisation sees it."
            value={draft.description}
            onChange={(event) => draft.change({ description: event.currentTarget.value })}
            maxLength={500}
            rows={2}
            error={fields.description}
          />
        </div>
      </Section>
      <Section title="What it permits" about="What a permission is of no use without is ticked with it.">
        <PermissionPicker chosen={draft.chosen} onChange={(chosen) => draft.change({ chosen })} />
      </Section>
    </>
  )
}
