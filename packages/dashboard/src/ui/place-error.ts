import { problems } from '@rolecall/contract'
import type { ErrorCode, RolecallError } from '@rolecall/sdk'

/**
 * Brings an error to the field that caused it: by the path that the server names, or by the codes that can only be
 * meant for one field. What belongs to no field is `rest`.
 */
export function placeError<Field extends string>(
  error: RolecallError | undefined,
  codes: Readonly<Record<Field, readonly ErrorCode[]>>,
): { fields: Partial<Record<Field, string>>; rest: RolecallError | undefined } {
  if (error === undefined) return { fields: {}, rest: undefined }
  const fields: Partial<Record<Field, string>> = {}
  for (const field of Object.keys(codes) as Field[]) {
    const named = error.errors.find(({ path }) => path.split(/[./]/).at(-1) === field)
    if (named !== undefined) fields[field] = sentence(named.message)
    else if (codes[field].includes(error.code)) fields[field] = inWords(error)
  }
  return { fields, rest: Object.keys(fields).length === 0 ? error : undefined }
}

/** An error in the server’s own words: what it is, and what is wrong with this very request. */
export function inWords(error: RolecallError): string {
  const title = error.code === 'network' ? undefined : problems[error.code].title
  return [title === error.message ? undefined : title, error.message]
    .filter((text) => text !== undefined)
    .map((text) => (text.endsWith('.') ? text : `${text}.`))
    .join(' ')
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
