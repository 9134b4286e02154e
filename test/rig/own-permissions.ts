import type { BuiltInRole, DeclaredPermission } from '@rolecall/contract'
import type { Answer, Api } from './people.ts'

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
