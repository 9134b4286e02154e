export interface Guard {
  /** Why nothing may be posted to this URL, or undefined; asks no DNS. */
  refusalOf(url: string): string | undefined
}

export function createGuard(_options: { readonly loopback: boolean }): Guard {
  return { refusalOf: (url) => (URL.canParse(url) ? undefined : 'is no address') }
}
