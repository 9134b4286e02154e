import { type BuiltInRole, type DeclaredPermission, isOurs } from '@rolecall/contract'
import { type Answer, type Api, type Person, type TestOrganisation, unique } from './people.ts'

/** Declares these by name, each with the built-in roles that hold it beside Admin, and no others. */
export async function declare(
  api: Api,
  organisation: string,
  held: Readonly<Record<string, readonly BuiltInRole[]>>,
): Promise<Answer & { readonly body: { readonly permissions: readonly DeclaredPermission[] } }> {
  const permissions = Object.entries(held).map(([name, roles]) => ({ name, roles }))
  const answer = await api('PUT', `/organisations/${organisation}/own-permissions`, { permissions })
  if (answer.status !== 200) throw new Error(`declaring permissions was answered ${answer.status}: ${answer.text}`)
  return answer
}

/** A new custom role of these permissions, as it is shown. */
export async function aRole({ admin, id }: TestOrganisation, permissions: readonly string[]): Promise<Answer['body']> {
  const name = unique('Role')
  const { status, text, body } = await admin.api('POST', `/organisations/${id}/roles`, { name, permissions })
  if (status !== 201) throw new Error(`composing a role was answered ${status}: ${text}`)
  return body
}

/** What somebody holds of the organisation’s own permissions. */
export async function ownOf({ api }: Person, { id }: TestOrganisation): Promise<string[]> {
  const { body } = await api('GET', `/organisations/${id}/permissions`)
  return body.permissions.filter((permission: `${string}:${string}`) => !isOurs(permission))
}
