import { Button, Stack, Textarea, TextInput } from '@mantine/core'
import type { RolecallError } from '@rolecall/sdk'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { CurrencyInput } from './currency-input.tsx'
import classes from './invoice-editor.module.css'
import { LineFields } from './line-fields.tsx'
import { Sums } from './sums.tsx'
import type { InvoiceDraft } from './use-invoice-draft.ts'

/** What stands on an invoice, with what it comes to as it is typed. */
export function InvoiceEditor(props: {
  draft: InvoiceDraft
  error: RolecallError | undefined
  isPending: boolean
  back: string
  onSave: () => unknown
  /** What there is to know before saving. */
  children?: ReactNode
}) {
  const { typed, change, amounts, minorDigits } = props.draft
  const { fields, rest } = placeError(props.error, { currency: [], dueOn: [], name: [], note: [], vatNumber: [] })
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void props.onSave()
      }}
    >
      <ProblemNote error={rest} />
      <Section title="To whom">
        <Stack gap="md" maw="26rem">
          <TextInput
            label="Customer"
            value={typed.customerName}
            onChange={(event) => change({ customerName: event.currentTarget.value })}
            autoComplete="off"
            maxLength={200}
            error={fields.name}
          />
          {typed.customerName !== '' && (
            <>
              <Textarea
                label="Address"
                value={typed.customerAddress}
                onChange={(event) => change({ customerAddress: event.currentTarget.value })}
                maxLength={500}
                rows={3}
              />
              <TextInput
                label="VAT number"
                value={typed.customerVatNumber}
                onChange={(event) => change({ customerVatNumber: event.currentTarget.value })}
                autoComplete="off"
                maxLength={32}
                error={fields.vatNumber}
              />
            </>
          )}
        </Stack>
      </Section>
      <Section title="Lines" about="Each line is rounded by itself, and what is shown adds up.">
        <LineFields draft={props.draft} />
        {amounts !== undefined && <Sums amounts={{ ...amounts, currency: typed.currency, minorDigits }} />}
      </Section>
      <Section title="Terms">
        <Stack gap="md" maw="26rem">
          <CurrencyInput value={typed.currency} onChange={(currency) => change({ currency })} error={fields.currency} />
          <TextInput
            label="Due"
            type="date"
            value={typed.dueOn}
            onChange={(event) => change({ dueOn: event.currentTarget.value })}
            error={fields.dueOn}
          />
          <Textarea
            label="Note"
            description="Stands below the amounts."
            value={typed.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
            maxLength={1_000}
            rows={3}
            error={fields.note}
          />
        </Stack>
      </Section>
      {props.children}
      <div className={classes.buttons}>
        <Button variant="default" component={Link} to={props.back}>
          Cancel
        </Button>
        <Button type="submit" loading={props.isPending} disabled={amounts === undefined}>
          Save the draft
        </Button>
      </div>
    </form>
  )
}
