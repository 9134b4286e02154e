import type { Answer, Person, TestOrganisation } from './people.ts'

export const operatorToken = 'the-token-of-the-operator'

export const invoicesOf = ({ id }: { readonly id: string }): string => `/organisations/${id}/invoices`

interface Wanted {
  /** Who drafts it; the Admin where nobody is named. */
  readonly by?: Pick<Person, 'api'>
  readonly [Field: string]: unknown
}

type Found = Answer['body'] & { readonly path: string }

/** A new draft as it was answered, with the path of its own. */
export async function aDraft(
  organisation: TestOrganisation,
  { by = organisation.admin, ...wanted }: Wanted = {},
): Promise<Found> {
  const { status, text, body } = await by.api('POST', invoicesOf(organisation), {
    lines: [{ description: 'Hosting, January', quantity: 2, unitPriceMinor: 4_900, taxBasisPoints: 2_300 }],
    ...wanted,
  })
  if (status !== 201) throw new Error(`drafting an invoice was answered ${status}: ${text}`)
  return { ...body, path: `${invoicesOf(organisation)}/${body.id}` }
}

export async function anOpenInvoice(organisation: TestOrganisation, wanted: Wanted = {}): Promise<Found> {
  const { path } = await aDraft(organisation, wanted)
  const { status, text, body } = await (wanted.by ?? organisation.admin).api('POST', `${path}/open`)
  if (status !== 200) throw new Error(`opening an invoice was answered ${status}: ${text}`)
  return { ...body, path }
}
