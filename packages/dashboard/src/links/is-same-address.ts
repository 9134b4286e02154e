/** Whether two addresses are one to the server, which compares them after NFKC and lower-casing. */
export function isSameAddress(one: string, other: string): boolean {
  return keyOf(one) === keyOf(other)
}

// Lower-casing can undo NFKC, hence the second pass.
const keyOf = (email: string) => email.trim().normalize('NFKC').toLowerCase().normalize('NFKC')
