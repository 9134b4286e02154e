/** Who is asking: an account in one of its sessions. Established from the token, checked against the database later. */
export interface Principal {
  readonly kind: 'account'
  readonly account: string
  readonly session: string
}

/** An API key, known by one of its secrets. Nobody’s self: it acts in its own name, in its organisation alone. */
export interface KeyPrincipal {
  readonly kind: 'key'
  /** The key’s id: its requests are counted, and its connections found, by it, as by the id of an account. */
  readonly account: string
  readonly organisation: string
  /** Of the secret that it was known by. */
  readonly generation: number
}

/** Who may ask for what needs a permission. */
export type Caller = Principal | KeyPrincipal

/** A program that acts for an account with a token made for it. Only what is asked anew each time knows of it. */
export interface TokenPrincipal {
  readonly kind: 'token'
  readonly account: string
  readonly token: string
  /** Until then it holds. What takes long asks again. */
  readonly expiresAt: Date
}

/** Who speaks git. */
export type GitPrincipal = KeyPrincipal | TokenPrincipal

export type AnyPrincipal = Caller | TokenPrincipal
