/** What two spellings of one address have in common: `Ａda@Example.com ` and `ada@example.com` are one person’s. */
export function emailKey(email: string): string {
  // Lower-casing can undo NFKC (İ becomes two code points), hence the second pass.
  return email.trim().normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** NFKC can bring a second @ or a space into what looked like an address, and make it longer than any mailbox. */
export function isEmailKey(key: string): boolean {
  return key.length <= 254 && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(key)
}
