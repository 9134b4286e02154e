import { checkNamespace } from '../storage/catalogue.ts'
import type { Request } from './command.ts'
import * as fields from './fields.ts'

/** The collection that a command names in its first field. */
export const namespaceOf = (request: Request): string => {
  const name = fields.text(request.body, request.name)
  checkNamespace(request.db, name)
  return `${request.db}.${name}`
}
