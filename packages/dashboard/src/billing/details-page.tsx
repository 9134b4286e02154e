import { Button, Textarea, TextInput } from '@mantine/core'
import type { BillingDetails } from '@rolecall/contract'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { OtherChangeNote, useOtherChange } from '../organisations/other-change.tsx'
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
import { useTypedFields } from '../ui/use-typed.ts'
import { CurrencyInput } from './currency-input.tsx'
import { useBillingDetails } from './use-invoices.ts'

const compositionOf = ({ legalName, address, vatNumber, currency }: BillingDetails) => ({
  legalName,
  address,
  vatNumber,
  currency,
})

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
  const { now, isTouched, type, settle } = useTypedFields(compositionOf(details))
  const { legalName, address, vatNumber, currency } = now
  const other = useOtherChange(compositionOf(details), (event) => event.type === 'billing.updated')
  const save = useAction(async () => {
    other.knows(now)
    const saved = compositionOf(await rolecall.billing.update({ organisation, ...now }))
    other.knows(saved)
    settle(now, saved)
    announce('The billing details were saved.')
  })
  const { fields, rest } = placeError(save.error, { legalName: [], address: [], vatNumber: [], currency: [] })
  const mayChange = permissions.includes('billing:manage')
  return (
    <Section title="On invoices">
      <SettingForm onSend={() => save.run()}>
        <ProblemNote error={rest} />
        <OtherChangeNote of={other} isSaving={save.isPending}>
          these details just now. What you have not touched shows it.
        </OtherChangeNote>
        <TextInput
          label="Legal name"
          description="Without it the organisation’s name stands there."
          value={legalName}
          onChange={(event) => type({ legalName: event.currentTarget.value })}
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
          onChange={(event) => type({ address: event.currentTarget.value })}
          maxLength={500}
          rows={4}
          readOnly={!mayChange}
          error={fields.address}
        />
        <TextInput
          label="VAT number"
          value={vatNumber}
          onChange={(event) => type({ vatNumber: event.currentTarget.value })}
          autoComplete="off"
          maxLength={32}
          readOnly={!mayChange}
          error={fields.vatNumber}
        />
        <CurrencyInput
          value={currency}
          onChange={(code) => type({ currency: code })}
          description="Of new invoices. By its code of ISO 4217, such as EUR."
          isReadOnly={!mayChange}
          error={fields.currency}
        />
        {mayChange && (
          <Button type="submit" loading={save.isPending} disabled={!isTouched}>
            Save
          </Button>
        )}
      </SettingForm>
    </Section>
  )
}
