import { minorDigitsOf } from '@rolecall/contract'
import type { InvoiceDocument } from '../documents.ts'
import { amountInWords, ink, makeRoom, margin, quiet, rateInWords, type Sheet, sizes } from './sheet.ts'

const rowHeight = 17
const width = 240

/** What the lines come to, by rate of tax and in all, and what else there is to say. */
export function drawSums(sheet: Sheet, { currency, taxes, netMinor, totalMinor, note }: InvoiceDocument): void {
  const digits = minorDigitsOf(currency) ?? 2
  const rows = [
    ['Net', amountInWords(netMinor, digits)],
    ...taxes.map((tax) => [
      `Tax ${rateInWords(tax.taxBasisPoints)} on ${amountInWords(tax.netMinor, digits)}`,
      amountInWords(tax.taxMinor, digits),
    ]),
  ] as const
  makeRoom(sheet, (rows.length + 2) * rowHeight)
  sheet.y += 10
  for (const [name = '', value = ''] of rows) drawRow(sheet, name, value)
  sheet.y += 4
  sheet.font('bold')
  drawRow(sheet, 'Total', `${currency} ${amountInWords(totalMinor, digits)}`, { isBold: true })
  if (note === '') return
  sheet.font('regular').fontSize(sizes.text)
  const noteWidth = sheet.page.width - 2 * margin
  makeRoom(sheet, sheet.heightOfString(note, { width: noteWidth }) + 30)
  sheet.fillColor(ink).text(note, margin, sheet.y + 24, { width: noteWidth })
}

function drawRow(sheet: Sheet, name: string, value: string, { isBold = false } = {}): void {
  const x = sheet.page.width - margin - width
  const y = sheet.y
  sheet.font(isBold ? 'bold' : 'regular').fontSize(isBold ? sizes.text + 2 : sizes.text)
  sheet.fillColor(isBold ? ink : quiet).text(name, x, y, { width: width - 100, lineBreak: false })
  sheet.fillColor(ink).text(value, x, y, { width, align: 'right', lineBreak: false })
  sheet.y = y + rowHeight
}
