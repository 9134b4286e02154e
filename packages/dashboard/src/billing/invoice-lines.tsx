import { Table } from '@mantine/core'
import type { Invoice } from '@rolecall/contract'
import classes from './invoice-lines.module.css'
import { inMoney, rateInWords } from './money.ts'
import { Sums } from './sums.tsx'

/** What was supplied, and what it comes to. On a phone what a line is made of stands below its description. */
export function InvoiceLines({ invoice }: { invoice: Invoice }) {
  const places = invoice.lines.map((line, index) => ({ ...line, place: index }))
  const wide = classes.wide ?? ''
  return (
    <>
      <Table className={classes.lines ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Description</Table.Th>
            <Table.Th className={wide}>Quantity</Table.Th>
            <Table.Th className={wide}>Price</Table.Th>
            <Table.Th className={wide}>Tax</Table.Th>
            <Table.Th>Net</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {places.map(({ place, description, quantity, unitPriceMinor, taxBasisPoints, netMinor }) => {
            const count = quantity.toLocaleString('en-GB')
            const price = inMoney(unitPriceMinor, invoice)
            const tax = rateInWords(taxBasisPoints)
            return (
              <Table.Tr key={place}>
                <Table.Td>
                  {description}
                  <span className={classes.narrow}>
                    {count} × {price}, tax {tax}
                  </span>
                </Table.Td>
                <Table.Td className={wide}>{count}</Table.Td>
                <Table.Td className={wide}>{price}</Table.Td>
                <Table.Td className={wide}>{tax}</Table.Td>
                <Table.Td>{inMoney(netMinor, invoice)}</Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
      <Sums amounts={invoice} />
    </>
  )
}
