/** Of what is listed whole: so many there can be, of an account or of an organisation. */
export const maxListed = { sessions: 100, tokens: 50, customRoles: 50, webhooks: 50, apiKeys: 50 } as const
