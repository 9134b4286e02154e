import classes from './initials.module.css'

const hues = ['petrol', 'plum', 'moss', 'ochre', 'slate', 'brick'] as const

/** An avatar: the initials of a name, in a colour that stays with the id. Decoration: the name stands beside it. */
export function Initials({
  id,
  name,
  size = 34,
  square,
}: {
  id: string
  name: string
  size?: number
  square?: boolean
}) {
  return (
    <span
      aria-hidden
      className={classes.initials}
      data-hue={hueOf(id)}
      data-square={square || undefined}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.38) }}
    >
      {initialsOf(name, square === true)}
    </span>
  )
}

// Of a person the first and the last word, of an organisation the first two.
function initialsOf(name: string, isOrganisation: boolean): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const chosen = words.length > 1 ? [words[0], isOrganisation ? words[1] : words.at(-1)] : [words[0]]
  return chosen
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

// Ids are ordered by time, so that their ends differ most.
function hueOf(id: string): string {
  let sum = 0
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0
  return hues[sum % hues.length] ?? hues[0]
}
