import { textOf } from '../ui/form-data.ts'

/** What was typed of an application; a description is one line. */
export function fieldsOf(form: FormData): { name: string; description: string } {
  return { name: textOf(form, 'name'), description: textOf(form, 'description').replaceAll(/[\r\n]+/g, ' ') }
}
