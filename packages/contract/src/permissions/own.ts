import { z } from 'zod'
import { description, ownPermission } from '../fields.ts'
import { allPermissions, builtInRoleIds } from '../permissions.ts'

const reservedNouns: ReadonlySet<string> = new Set([
  ...allPermissions.map(nounOf),
  // Not in use for permissions yet. What is declared today must not be one of Rolecall’s tomorrow.
  ...['account', 'event', 'invitation', 'invoice', 'permission', 'rolecall', 'session', 'token'],
])

function nounOf(name: string): string {
  return name.slice(0, name.indexOf(':'))
}

const name = ownPermission
  .refine((chosen) => !reservedNouns.has(nounOf(chosen)), 'has a noun that Rolecall keeps for its own permissions')
  .meta({ description: 'noun:verb, each at most 23 of a-z, 0-9, _ and -', example: 'report:approve' })

const roles = z
  .array(z.enum(builtInRoleIds))
  .max(builtInRoleIds.length)
  .meta({ description: 'The built-in roles that hold it, Admin always; custom roles hold it by their own permissions' })

/** A permission as it is declared. */
export const declarable = z.strictObject({
  name,
  description: description.max(200).default('').meta({ example: 'Approve reports' }),
  roles: roles.default([]),
})

/** A permission that was declared. */
export const declared = z
  .object({ name: ownPermission, description: z.string().meta({ example: 'Approve reports' }), roles })
  .meta({ id: 'OwnPermission' })
