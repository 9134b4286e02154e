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
    else if (codes[field].includes(error.code)) fields[field] = error.message
  }
  return { fields, rest: Object.keys(fields).length === 0 ? error : undefined }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
