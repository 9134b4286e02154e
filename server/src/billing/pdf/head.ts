import type { InvoiceDocument, Party } from '../documents.ts'
import { referenceOf } from '../shown.ts'
import { dateInWords, ink, margin, quiet, type Sheet, sizes } from './sheet.ts'

const titles = { draft: 'Draft of an invoice', open: 'Invoice', paid: 'Invoice', void: 'Invoice, void' } as const

/** Who to whom, and what it is. */
export function drawHead(sheet: Sheet, invoice: InvoiceDocument): void {
  const { state, supplier, customer } = invoice
  const width = sheet.page.width - 2 * margin
  sheet.font('bold').fontSize(sizes.title).fillColor(ink).text(titles[state], margin, margin, { width })
  sheet.moveDown(0.3)
  for (const [name, value] of factsOf(invoice)) {
    sheet.font('regular').fontSize(sizes.text).fillColor(quiet).text(`${name}  `, { continued: true })
    sheet.fillColor(ink).text(value)
  }
  sheet.moveDown(1.6)
  const top = sheet.y
  const half = width / 2 - 12
  const left = drawParty(sheet, 'From', supplier, { x: margin, y: top, width: half })
  const right = drawParty(sheet, 'To', customer, { x: margin + width / 2, y: top, width: half })
  sheet.x = margin
  sheet.y = Math.max(left, right) + 24
}

function factsOf({ issuer, year, number, state, openedAt, dueOn, paidAt, voidedAt }: InvoiceDocument) {
  const reference = referenceOf({
    issuer,
    ...(year === undefined ? {} : { year }),
    ...(number === undefined ? {} : { number }),
  })
  const facts: [string, string | undefined][] = [
    ['Number', reference],
    ['Issued', openedAt && dateInWords(openedAt)],
    ['Due', dueOn && dateInWords(new Date(dueOn))],
    ['Paid', state === 'paid' ? paidAt && dateInWords(paidAt) : undefined],
    ['Declared void', voidedAt && dateInWords(voidedAt)],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** Answers where it ends. */
function drawParty(
  sheet: Sheet,
  title: string,
  party: Party | undefined,
  { x, y, width }: { x: number; y: number; width: number },
): number {
  if (party === undefined) return y
  sheet.font('regular').fontSize(sizes.small).fillColor(quiet).text(title, x, y, { width })
  sheet.font('bold').fontSize(sizes.text).fillColor(ink).text(party.name, { width })
  sheet.font('regular')
  if (party.address !== '') sheet.text(party.address, { width })
  if (party.vatNumber !== '') sheet.fillColor(quiet).text(`VAT ${party.vatNumber}`, { width })
  return sheet.y
}
