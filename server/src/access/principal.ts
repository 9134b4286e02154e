/** Who is asking: an account in one of its sessions. Established from the token, checked against the database later. */
export interface Principal {
  readonly kind: 'account'
  readonly account: string
  readonly session: string
}

/** A program that acts for an account with a token made for it. Only what is asked anew each time knows of it. */
export interface TokenPrincipal {
  readonly kind: 'token'
  readonly account: string
  readonly token: string
  /** Until then it holds. What takes long asks again. */
  readonly expiresAt: Date
}

export type AnyPrincipal = Principal | TokenPrincipal
