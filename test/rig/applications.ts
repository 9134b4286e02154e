import { type Answer, type Person, type TestOrganisation, unique } from './people.ts'

export const applicationsOf = ({ id }: { readonly id: string }): string => `/organisations/${id}/applications`

interface Wanted {
  /** Who adds it; the Admin where nobody is named. */
  readonly by?: Person
  readonly name?: string
  readonly description?: string
}

/** A new application as it was answered, with its path. */
export async function anApplication(
  organisation: TestOrganisation,
  { by = organisation.admin, name = unique('Application'), ...wanted }: Wanted = {},
): Promise<Answer['body'] & { readonly id: string; readonly organisation: string; readonly path: string }> {
  const { status, text, body } = await by.api('POST', applicationsOf(organisation), { name, ...wanted })
  if (status !== 201) throw new Error(`adding an application was answered ${status}: ${text}`)
  return { ...body, path: `${applicationsOf(organisation)}/${body.id}` }
}
