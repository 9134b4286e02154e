import { TextInput } from '@mantine/core'

/** A currency by its code. */
export function CurrencyInput(props: {
  value: string
  onChange: (code: string) => void
  description?: string
  isReadOnly?: boolean
  error?: string | undefined
}) {
  return (
    <TextInput
      label="Currency"
      description={props.description}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value.toUpperCase())}
      autoComplete="off"
      spellCheck={false}
      maxLength={3}
      minLength={3}
      required
      withAsterisk={false}
      readOnly={props.isReadOnly === true}
      error={props.error}
    />
  )
}
