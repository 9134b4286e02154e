import { Button, NativeSelect } from '@mantine/core'
import { IconReceipt } from '@tabler/icons-react'
import { useState } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { AfterAMoment } from '../ui/after-a-moment.tsx'
import { DownloadButton } from '../ui/download-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RowSkeletons } from '../ui/row-skeletons.tsx'
import classes from './invoice-list.module.css'
import { InvoiceList } from './invoice-list.tsx'
import { type InvoiceState, invoiceStates, stateOf } from './invoice-state.ts'
import { Totals } from './totals.tsx'
import { useInvoices } from './use-invoices.ts'

/** The invoices as they change, narrowed as one likes. */
export function InvoiceLog() {
  const { id: organisation } = useOrganisation()
  const [state, setState] = useState<InvoiceState>()
  const wanted = { organisation, ...(state === undefined ? {} : { state }) }
  return (
    <>
      <search className={classes.toolbar}>
        <NativeSelect
          className={classes.filter ?? ''}
          aria-label="State"
          data={[
            { value: '', label: 'Every state' },
            ...invoiceStates.map((value) => ({ value, label: stateOf(value).name })),
          ]}
          value={state ?? ''}
          onChange={({ currentTarget: { value } }) => setState(invoiceStates.find((one) => one === value))}
        />
        <DownloadButton of="invoices" read={() => rolecall.invoices.list(wanted).as('text/csv')} />
      </search>
      <Invoices key={state} state={state} />
    </>
  )
}

function Invoices({ state }: { state: InvoiceState | undefined }) {
  const [pages, setPages] = useState(1)
  const { answer, error } = useInvoices(state, pages)
  if (answer === undefined) {
    return error === undefined ? (
      <AfterAMoment>
        <RowSkeletons rows={3} />
      </AfterAMoment>
    ) : (
      <ProblemNote error={error} />
    )
  }
  const { data, next, totals } = answer
  return (
    <>
      <Totals totals={totals} />
      {data.length === 0 ? (
        <Empty
          icon={<IconReceipt size={26} stroke={1.6} />}
          title={totals.length === 0 ? 'No invoices yet' : 'None in this state'}
        >
          An invoice is drafted, opened with the next number of the year, and then paid or declared void.
        </Empty>
      ) : (
        <InvoiceList invoices={data} />
      )}
      {next !== undefined && (
        <Button variant="default" size="xs" mt="md" onClick={() => setPages(pages + 1)}>
          Show older ones
        </Button>
      )}
    </>
  )
}
