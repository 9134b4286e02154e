import { minorDigitsOf } from '@rolecall/contract'
import type { InvoiceDocument, Line } from '../documents.ts'
import { amountInWords, hair, ink, makeRoom, margin, quiet, rateInWords, type Sheet, sizes } from './sheet.ts'

const numbers = [
  { title: 'Quantity', width: 56, of: ({ quantity }: Line) => quantity.toLocaleString('en-GB') },
  {
    title: 'Price',
    width: 84,
    of: ({ unitPriceMinor }: Line, digits: number) => amountInWords(unitPriceMinor, digits),
  },
  { title: 'Tax', width: 48, of: ({ taxBasisPoints }: Line) => rateInWords(taxBasisPoints) },
  { title: 'Net', width: 92, of: ({ netMinor }: Line, digits: number) => amountInWords(netMinor, digits) },
] as const
const widthOfNumbers = numbers.reduce((sum, { width }) => sum + width, 0)
const gap = 5

/** The table of what was supplied, with its heading on each page. */
export function drawLines(sheet: Sheet, { lines, currency }: InvoiceDocument): void {
  const digits = minorDigitsOf(currency) ?? 2
  drawTitles(sheet)
  for (const line of lines) {
    sheet.font('regular').fontSize(sizes.text)
    const height = sheet.heightOfString(line.description, { width: widthOfDescription(sheet) }) + 2 * gap
    const page = sheet.bufferedPageRange().count
    makeRoom(sheet, height)
    if (sheet.bufferedPageRange().count > page) drawTitles(sheet)
    drawRow(
      sheet,
      line.description,
      numbers.map(({ of }) => of(line, digits)),
      { size: sizes.text, colour: ink },
    )
  }
}

function drawTitles(sheet: Sheet): void {
  drawRow(
    sheet,
    'Description',
    numbers.map(({ title }) => title),
    { size: sizes.small, colour: quiet },
  )
}

function drawRow(
  sheet: Sheet,
  description: string,
  values: readonly string[],
  { size, colour }: { readonly size: number; readonly colour: string },
): void {
  const top = sheet.y + gap
  let x = margin + widthOfDescription(sheet)
  sheet.font('regular').fontSize(size).fillColor(colour)
  for (const [index, { width }] of numbers.entries()) {
    sheet.text(values[index] ?? '', x, top, { width, align: 'right', lineBreak: false })
    x += width
  }
  sheet.text(description, margin, top, { width: widthOfDescription(sheet) })
  sheet.y += gap
  sheet
    .moveTo(margin, sheet.y)
    .lineTo(sheet.page.width - margin, sheet.y)
    .lineWidth(0.5)
    .strokeColor(hair)
    .stroke()
}

function widthOfDescription(sheet: Sheet): number {
  return sheet.page.width - 2 * margin - widthOfNumbers
}
