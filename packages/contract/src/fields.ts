import { z } from 'zod'
import { allPermissions, builtInRoleIds, isOurs } from './permissions.ts'

// Control characters, line and paragraph separators and bidirectional controls make two different things look alike,
// or a log line look like two.
export const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]|\p{Cs}/u

const line = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => text.trim().length > 0, 'must not be empty')
    .refine((text) => !unprintable.test(text), 'must not contain control or direction characters')

/** Of several lines, each without what a line must not contain. */
const paragraph = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine(
      (text) => !unprintable.test(text.replaceAll('\n', '')),
      'must not contain control or direction characters except for line feeds',
    )

export const roleName = line(64).meta({ description: 'Unique in the organisation', example: 'Support' })
export const description = z
  .string()
  .max(500)
  .refine((text) => !unprintable.test(text), 'must not contain control or direction characters')
export const organisationName = line(64).meta({ description: 'Unique among all organisations', example: 'Acme' })
export const applicationName = line(64).meta({ description: 'Unique in the organisation', example: 'Website' })
export const tokenName = line(100).meta({ description: 'Where the token is kept, for oneself', example: 'Laptop' })
export const apiKeyName = line(100).meta({ description: 'What it is for', example: 'Deployments' })
export const accountName = line(100).meta({ description: 'A person’s name', example: 'Ada Lovelace' })

export const email = z
  .string()
  .max(254)
  .regex(/^\s*[^\s@\p{C}]{1,64}@[^\s@\p{C}]+\s*$/u, 'must be an email address')
  .meta({ description: 'Compared after NFKC and lower-casing', example: 'ada@example.com' })

export const legalName = line(200).meta({ description: 'As it stands on invoices', example: 'Acme Ltd' })
export const address = paragraph(500).meta({
  description: 'Lines of a postal address',
  example: '1 Main Street\nDublin',
})
export const note = paragraph(1_000).meta({ description: 'Stands below the amounts', example: 'Thank you.' })
export const lineDescription = line(200).meta({ description: 'What was supplied', example: 'Hosting, January' })

/** NIST SP 800-63B: at least 8 characters, no rules of composition. */
export const newPassword = z.string().min(8).max(256).meta({ example: 'correct horse battery' })
export const password = z.string().min(1).max(256).meta({ example: 'correct horse battery' })

/** As answers and events show what somebody has chosen. */
export const shownName = {
  person: z.string().meta({ example: 'Ada Lovelace' }),
  organisation: z.string().meta({ example: 'Acme' }),
  role: z.string().meta({ example: 'Support' }),
  application: z.string().meta({ example: 'Website' }),
  token: z.string().meta({ example: 'Laptop' }),
  apiKey: z.string().meta({ example: 'Deployments' }),
}
export const shownEmail = z.string().meta({ example: 'ada@example.com' })
export const shownDescription = z.string().meta({ example: 'We make things.' })

export const shownType = z.string().meta({ example: 'member.added' })
export const shownCursor = z
  .string()
  .meta({ example: 'MS5vcmdfMDFrOXp6enp6enp6enp6enp6enp6enp6enouMi5iMGM4ZjRhMWQyZTM3ZjY5' })

export const permission = z.enum(allPermissions).meta({ id: 'Permission' })

const word = z.string().regex(/^[a-z][a-z0-9_-]{0,22}$/)
/** The name of a permission that an organisation has declared, or might. */
export const ownPermission = z
  .templateLiteral([word, ':', word])
  .refine((name) => !isOurs(name), 'is a permission of Rolecall’s')
  .meta({
    description: 'A permission of the organisation’s own: noun:verb, each at most 23 of a-z, 0-9, _ and -',
    example: 'report:approve',
  })
export const anyPermission = z.union([permission, ownPermission], 'must be a permission, such as report:approve')

export const customRoleId = z
  .templateLiteral(['rol_', z.string().regex(/^[0-9a-z]{26}$/)])
  .meta({ example: 'rol_01k9zzzzzzzzzzzzzzzzzzzzzz' })
export const role = z
  .union([z.enum(builtInRoleIds), customRoleId], 'must be admin, manager, developer, accounting or a custom role’s id')
  .meta({ description: 'The role’s id', example: 'developer' })

/** A role at a place in the log. */
export const heldRole = {
  role,
  permissions: z
    .array(anyPermission)
    .optional()
    .meta({ description: 'What the role permitted then; absent for a built-in role as it comes' }),
}

const id = (prefix: string) => z.string().meta({ example: `${prefix}_01k9zzzzzzzzzzzzzzzzzzzzzz` })
export const accountId = id('acc')
export const organisationId = id('org')
export const memberId = id('mem')
export const sessionId = id('ses')
export const invitationId = id('inv')
export const eventId = id('evt')
export const webhookId = id('whk')
export const applicationId = id('app')
export const tokenId = id('tok')
export const apiKeyId = id('key')
export const invoiceId = id('ivc')

export const sha256 = z.string().meta({ example: 'b0c8f4a1d2e37f69584c1b0a9d8e7f60b0c8f4a1d2e37f69584c1b0a9d8e7f60' })

export const timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' })

export const limit = z.coerce
  .number<number>()
  .int()
  .min(1)
  .max(200)
  .default(50)
  .meta({ description: 'At most so many' })
export const after = z.string().max(512).optional().meta({ description: '`next` of the page before' })

const pattern = '(\\*|[a-z_]+\\.(\\*|[a-z_]+))'

/** Which events are meant: a type, all types of a noun (`member.*`), or all. */
export const typePattern = z
  .string()
  .max(64)
  .regex(new RegExp(`^${pattern}$`), 'must be a type of events, all of a noun such as member.*, or *')
  .meta({ example: 'member.*' })

/** Several of them, as a query has them. */
export const typePatterns = z
  .string()
  .max(512)
  .regex(
    new RegExp(`^${pattern}(,${pattern}){0,19}$`),
    'must be types of events, or all of a noun such as member.*, separated by commas',
  )
  .meta({ description: 'Only events of these types, separated by commas', example: 'member.*,role.updated' })

/** A page of a list; `next` is absent on the last one. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next: z.string().optional() })

/** A list that is short enough to be answered whole. */
export const whole = <Item extends z.ZodType>(item: Item, max: number) => z.object({ data: z.array(item).max(max) })
