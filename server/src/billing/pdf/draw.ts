/** An invoice as a document to print: A4, one page or as many as its lines need. */
import PdfDocument from 'pdfkit'
import type { InvoiceDocument } from '../documents.ts'
import { referenceOf } from '../shown.ts'
import { fonts } from './fonts.ts'
import { drawHead } from './head.ts'
import { drawLines } from './lines.ts'
import { margin, quiet, type Sheet, sizes } from './sheet.ts'
import { drawSums } from './sums.ts'

export async function drawInvoice(invoice: InvoiceDocument): Promise<Uint8Array> {
  const title = referenceOf(invoice) ?? 'draft'
  const sheet: Sheet = new PdfDocument({
    size: 'A4',
    margin,
    bufferPages: true,
    font: fonts.regular,
    info: {
      Title: `Invoice ${title}`,
      ...(invoice.supplier === undefined ? {} : { Author: invoice.supplier.name }),
      CreationDate: invoice.openedAt ?? invoice.createdAt,
    },
    lang: 'en',
    displayTitle: true,
  })
  sheet.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold)
  const parts: Buffer[] = []
  const drawn = new Promise<Uint8Array>((resolve, reject) => {
    sheet.on('data', (part: Buffer) => parts.push(part))
    sheet.on('end', () => resolve(Buffer.concat(parts)))
    sheet.on('error', reject)
  })
  drawHead(sheet, invoice)
  drawLines(sheet, invoice)
  drawSums(sheet, invoice)
  drawFeet(sheet, title)
  sheet.end()
  return drawn
}

/** Once the number of pages is known. */
function drawFeet(sheet: Sheet, title: string): void {
  const { start, count } = sheet.bufferedPageRange()
  for (let page = start; page < start + count; page += 1) {
    sheet.switchToPage(page)
    // Below the margin, where text would begin another page.
    sheet.page.margins.bottom = 0
    const foot = `Invoice ${title}, page ${page - start + 1} of ${count}`
    const { width, height } = sheet.page
    sheet.font('regular').fontSize(sizes.small).fillColor(quiet)
    sheet.text(foot, margin, height - margin * 0.7, { width: width - 2 * margin, align: 'right', lineBreak: false })
  }
}
