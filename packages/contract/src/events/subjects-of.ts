/**
 * What an event is about: the ids of what its data name, and of the account behind a membership. A list in the data is
 * what happened besides: each of its entries has an event of its own.
 */
export function subjectsOf(data: Readonly<Record<string, unknown>>): string[] {
  const ids = Object.values(data).flatMap((named) => [idOf(named), idOf(fieldOf(named, 'account'))])
  return [...new Set(ids.filter((id) => id !== undefined))]
}

function idOf(named: unknown): string | undefined {
  const id = fieldOf(named, 'id')
  return typeof id === 'string' ? id : undefined
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
