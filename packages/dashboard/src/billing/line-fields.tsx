import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import classes from './invoice-editor.module.css'
import { fromDecimals } from './money.ts'
import type { InvoiceDraft, TypedLine } from './use-invoice-draft.ts'

const maxLines = 100

/** The lines of an invoice that is being written. */
export function LineFields({ draft }: { draft: InvoiceDraft }) {
  const { lines } = draft.typed
  return (
    <>
      {lines.map((line, index) => (
        <Fields key={line.key} line={line} place={index + 1} draft={draft} />
      ))}
      {lines.length < maxLines && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} stroke={1.8} />}
          onClick={() => draft.addLine()}
        >
          Add a line
        </Button>
      )}
    </>
  )
}

function Fields({ line, place, draft }: { line: TypedLine; place: number; draft: InvoiceDraft }) {
  const { typed, minorDigits, changeLine, removeLine } = draft
  const number = (name: 'quantity' | 'price' | 'tax', label: string, digits: number) => (
    <TextInput
      label={label}
      value={line[name]}
      onChange={(event) => changeLine(line.key, { [name]: event.currentTarget.value })}
      inputMode="decimal"
      autoComplete="off"
      required
      withAsterisk={false}
      error={line[name] !== '' && fromDecimals(line[name], digits) === undefined}
    />
  )
  return (
    <fieldset className={classes.line}>
      <legend className="visually-hidden">Line {place}</legend>
      <TextInput
        label="Description"
        value={line.description}
        onChange={(event) => changeLine(line.key, { description: event.currentTarget.value })}
        autoComplete="off"
        maxLength={200}
        required
        withAsterisk={false}
      />
      {number('quantity', 'Quantity', 3)}
      {number('price', `Price, ${typed.currency}`, minorDigits)}
      {number('tax', 'Tax, %', 2)}
      <ActionIcon
        variant="subtle"
        size="lg"
        onClick={() => removeLine(line.key)}
        disabled={typed.lines.length === 1}
        aria-label={`Remove line ${place}`}
      >
        <IconTrash size={18} stroke={1.7} />
      </ActionIcon>
    </fieldset>
  )
}
