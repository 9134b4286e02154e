import { useState } from 'react'
import { isSame } from './is-same.ts'

export interface Typed<Fields> {
  readonly now: Fields
  /** Whether something else was typed than there is. */
  readonly isTouched: boolean
  readonly type: (change: Partial<Fields>) => void
  /** What was sent becomes what was answered; what was typed since it was sent stays. */
  readonly settle: (sent: Fields, answered: Fields) => void
}

/** Fields that are being changed: each as it is now, also when others change it, until something else is typed in it. */
export function useTypedFields<Fields extends object>(present: Fields): Typed<Fields> {
  const [typed, setTyped] = useState<Partial<Fields>>({})
  const keys = Object.keys(typed) as (keyof Fields)[]
  // The others have become what was typed, and are untouched again.
  const touched = keys.filter((key) => !isSame(typed[key], present[key]))
  if (touched.length < keys.length) setTyped(only(touched, typed))
  return {
    now: { ...present, ...typed },
    isTouched: touched.length > 0,
    type: (change) => setTyped((before) => ({ ...before, ...change })),
    settle: (sent, answered) =>
      setTyped((before) => {
        const same = (Object.keys(before) as (keyof Fields)[]).filter((key) => isSame(before[key], sent[key]))
        return { ...before, ...only(same, answered) }
      }),
  }
}

/** A text that is being changed, likewise. */
export function useTyped(
  present: string,
): [text: string, type: (text: string) => void, settle: (sent: string, answered: string) => void] {
  const { now, type, settle } = useTypedFields({ text: present })
  return [now.text, (text) => type({ text }), (sent, answered) => settle({ text: sent }, { text: answered })]
}

function only<Fields extends object>(keys: readonly (keyof Fields)[], fields: Partial<Fields>): Partial<Fields> {
  const kept: Partial<Fields> = {}
  for (const key of keys) kept[key] = fields[key]
  return kept
}
