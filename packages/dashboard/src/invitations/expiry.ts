/** For how long an invitation can hold, in days. */
export const expiries = [1, 3, 7, 14, 30].map((days) => ({
  value: String(days),
  label: days === 1 ? '1 day' : `${days} days`,
}))

export const usualExpiry = '7'
