import { Table } from '@mantine/core'
import type { Invoice } from '@rolecall/contract'
import { inMoney, rateInWords } from './money.ts'
import { Sums } from './sums.tsx'

/** What was supplied, and what it comes to. */
export function InvoiceLines({ invoice }: { invoice: Invoice }) {
  const places = invoice.lines.map((line, index) => ({ ...line, place: index }))
  return (
    <>
      <Table.ScrollContainer
        minWidth={520}
        // What scrolls must be reached by keyboard.
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'group', 'aria-label': 'Table of lines' } }}
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Description</Table.Th>
              <Table.Th ta="end">Quantity</Table.Th>
              <Table.Th ta="end">Price</Table.Th>
              <Table.Th ta="end">Tax</Table.Th>
              <Table.Th ta="end">Net</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {places.map(({ place, description, quantity, unitPriceMinor, taxBasisPoints, netMinor }) => (
              <Table.Tr key={place}>
                <Table.Td>{description}</Table.Td>
                <Table.Td ta="end">{quantity.toLocaleString('en-GB')}</Table.Td>
                <Table.Td ta="end">{inMoney(unitPriceMinor, invoice)}</Table.Td>
                <Table.Td ta="end">{rateInWords(taxBasisPoints)}</Table.Td>
                <Table.Td ta="end">{inMoney(netMinor, invoice)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Sums amounts={invoice} />
    </>
  )
}
