import { Textarea, TextInput } from '@mantine/core'

/** Name and description of an application. */
export function ApplicationFields(props: {
  name?: string
  description?: string
  errors: { readonly name?: string; readonly description?: string }
}) {
  return (
    <>
      <TextInput
        name="name"
        label="Name"
        description="Unique in the organisation. The repository’s address does not depend on it."
        defaultValue={props.name ?? ''}
        placeholder="Website"
        autoComplete="off"
        maxLength={64}
        required
        withAsterisk={false}
        error={props.errors.name}
        data-autofocus
      />
      <Textarea
        name="description"
        label="Description"
        defaultValue={props.description ?? ''}
        rows={3}
        maxLength={500}
        error={props.errors.description}
      />
    </>
  )
}
