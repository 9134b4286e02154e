import { Button, Textarea, TextInput } from '@mantine/core'
import type { BillingDetails } from '@rolecall/contract'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { announce } from '../ui/announcer.tsx'
import { Page } from '../ui/page.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { placeError } from '../ui/place-error.ts'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Section } from '../ui/section.tsx'
import { SettingForm } from '../ui/setting-form.tsx'
import { TextLink } from '../ui/text-link.tsx'
import { useAction } from '../ui/use-action.ts'
import { CurrencyInput } from './currency-input.tsx'
import { useBillingDetails } from './use-invoices.ts'

type Composition = Omit<BillingDetails, 'minorDigits'>

/** Who the organisation is on its invoices. */
export function DetailsPage() {
  const { id, name } = useOrganisation()
  const { answer, error } = useBillingDetails()
  return (
    <Page
      title="Billing details"
      about={`Who ${name} is on its invoices. Those that are open already keep what they were opened with.`}
      back={<TextLink to={`/o/${id}/billing`}>← Billing</TextLink>}
      narrow
    >
      {answer !== undefined ? (
        <DetailsForm details={answer} />
      ) : error === undefined ? (
        <AfterAMoment>
          <PageSkeleton />
        </AfterAMoment>
      ) : (
        <ProblemNote error={error} />
      )}
    </Page>
  )
}

function DetailsForm({ details }: { details: BillingDetails }) {
  const { id: organisation, permissions } = useOrganisation()
  // What was not touched follows what others change.
  const [touched, setTouched] = useState<Partial<Composition>>({})
  const { legalName, address, vatNumber, currency } = { ...details, ...touched }
  const change = (one: Partial<Composition>) => setTouched((before) => ({ ...before, ...one }))
  const save = useAction(async () => {
    await rolecall.billing.update({ organisation, legalName, address, vatNumber, currency })
    setTouched({})
    announce('The billing details were saved.')
  })
  const { fields, rest } = placeError(save.error, { legalName: [], address: [], vatNumber: [], currency: [] })
  const mayChange = permissions.includes('billing:manage')
  return (
    <Section title="On invoices">
      <SettingForm onSend={() => save.run()}>
        <ProblemNote error={rest} />
        <TextInput
          label="Legal name"
          description="Without it the organisation’s name stands there."
          value={legalName}
          onChange={(event) => change({ legalName: event.currentTarget.value })}
          autoComplete="off"
          maxLength={200}
          required
          withAsterisk={false}
          readOnly={!mayChange}
          error={fields.legalName}
        />
        <Textarea
          label="Address"
          value={address}
          onChange={(event) => change({ address: event.currentTarget.value })}
          maxLength={500}
          rows={4}
          readOnly={!mayChange}
          error={fields.address}
        />
        <TextInput
          label="VAT number"
          value={vatNumber}
          onChange={(event) => change({ vatNumber: event.currentTarget.value })}
          autoComplete="off"
          maxLength={32}
          readOnly={!mayChange}
          error={fields.vatNumber}
        />
        <CurrencyInput
          value={currency}
          onChange={(code) => change({ currency: code })}
          description="Of new invoices. By its code of ISO 4217, such as EUR."
          isReadOnly={!mayChange}
          error={fields.currency}
        />
        {mayChange && (
          <Button type="submit" loading={save.isPending} disabled={Object.keys(touched).length === 0}>
            Save
          </Button>
        )}
      </SettingForm>
    </Section>
  )
}
