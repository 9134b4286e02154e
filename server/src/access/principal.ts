/** Who is asking: an account in one of its sessions. Established from the token, checked against the database later. */
export interface Principal {
  readonly kind: 'account'
  readonly account: string
  readonly session: string
}
