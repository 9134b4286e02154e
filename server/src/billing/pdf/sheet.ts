import { decimalOf } from '../csv.ts'

/** A document on which is drawn, in points from the upper left corner. */
export type Sheet = PDFKit.PDFDocument

export const margin = 56
export const sizes = { small: 8, text: 9.5, title: 22 } as const
export const ink = '#1a1d23'
export const quiet = '#6b7280'
export const hair = '#d8dce3'

/** An amount as people read it: 1,234.50 */
export function amountInWords(amountMinor: number, minorDigits: number): string {
  const [whole = '', fraction] = decimalOf(amountMinor, minorDigits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',').replace('-', '−')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** 2300 is 23 %, 550 is 5.5 %. */
export function rateInWords(basisPoints: number): string {
  return `${Number(decimalOf(basisPoints, 2))} %`
}

const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

export const dateInWords = (at: Date): string => date.format(at)

/** What does not fit above the bottom margin begins another page. */
export function makeRoom(sheet: Sheet, height: number): void {
  if (sheet.y + height > sheet.page.height - margin * 1.2) sheet.addPage()
}
