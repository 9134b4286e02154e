import type { PushDocument, Ref } from './documents.ts'

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

/**
 * The first step of a change, and whose it was: what several pushes did one after the other is seen as one change, where
 * nobody looked in between. Of what no push is known that does not matter.
 */
export function firstStep(
  { ref, before, after }: Change,
  pushes: readonly Pick<PushDocument, 'actor' | 'updates'>[],
): { readonly step: Change; readonly actor: PushDocument['actor'] | undefined } {
  const left = pushes.flatMap(({ actor, updates }) =>
    updates.filter((update) => update.ref === ref).map((update) => ({ ...update, actor })),
  )
  const stepTo = (target: string | undefined) => ({ ref, ...present('before', before), ...present('after', target) })
  let step = stepTo(after)
  let actor: PushDocument['actor'] | undefined
  // From the end back, each update once: a branch may have been where it was before.
  for (let target = after; ; ) {
    const found = left.findIndex((update) => update.after === target)
    const [update] = found === -1 ? [] : left.splice(found, 1)
    if (update === undefined) return { step, actor }
    step = stepTo(target)
    actor = update.actor
    if (update.before === before) return { step, actor }
    target = update.before
  }
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
