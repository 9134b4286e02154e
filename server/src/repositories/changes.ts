import type { Ref } from './documents.ts'

/** What has become of a branch or a tag; an id is absent where there was or is none. */
export interface Change {
  readonly ref: string
  readonly before?: string
  readonly after?: string
}

export function changesOf(before: readonly Ref[], after: readonly Ref[]): Change[] {
  const [was, is] = [byName(before), byName(after)]
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name)).sort()
  return names.map((ref) => ({ ref, ...present('before', was.get(ref)), ...present('after', is.get(ref)) }))
}

/** How refs stand after some changes. */
export function merged(refs: readonly Ref[], changes: readonly Change[]): Ref[] {
  const all = byName(refs)
  for (const { ref, after } of changes) {
    if (after === undefined) all.delete(ref)
    else all.set(ref, after)
  }
  return [...all].map(([name, target]) => ({ name, target }))
}

const byName = (refs: readonly Ref[]) => new Map(refs.map(({ name, target }) => [name, target]))

const present = (side: 'before' | 'after', target: string | undefined) =>
  target === undefined ? {} : { [side]: target }
