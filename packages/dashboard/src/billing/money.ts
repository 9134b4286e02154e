/** Amounts in integers of a currency’s minor unit, as people read and type them. */

interface Currency {
  readonly currency: string
  readonly minorDigits: number
}

/** 12054 in EUR is €120.54. */
export function inMoney(amountMinor: number, { currency, minorDigits }: Currency): string {
  return new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    minimumFractionDigits: minorDigits,
    maximumFractionDigits: minorDigits,
  }).format(amountMinor / 10 ** minorDigits)
}

/** As it is typed: 12054 of two digits is 120.54. */
export function inDecimals(amount: number, digits: number): string {
  return (amount / 10 ** digits).toFixed(digits)
}

/** The integer for what was typed: 120.54 of two digits is 12054. Undefined for what is no such number. */
export function fromDecimals(typed: string, digits: number): number | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^\s*([-−]?)(\d{1,12})(?:[.,](\d*))?\s*$/.exec(typed) ?? []
  if (whole === '' || fraction.length > digits) return undefined
  const amount = Number(whole + fraction.padEnd(digits, '0'))
  return sign === '' || amount === 0 ? amount : -amount
}

/** 2300 is 23 %. */
export const rateInWords = (basisPoints: number): string => `${basisPoints / 100} %`
