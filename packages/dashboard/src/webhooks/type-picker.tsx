import { Checkbox } from '@mantine/core'
import { ProblemNote } from '../ui/problem-note.tsx'
import { type Noun, useNouns } from './event-types.ts'
import { NounChoice } from './noun-choice.tsx'
import classes from './type-picker.module.css'

/** Which events an endpoint gets: all, all of a noun, or single types. What a wider choice brings is ticked with it. */
export function TypePicker(props: {
  chosen: readonly string[]
  onChange: (chosen: readonly string[]) => void
  error: string | undefined
}) {
  const { chosen, onChange } = props
  const { nouns = [], error } = useNouns()
  const isEverything = chosen.includes('*')
  return (
    <div className={classes.picker}>
      <ProblemNote error={error} />
      <Checkbox
        checked={isEverything}
        onChange={() => onChange(isEverything ? [] : ['*'])}
        label="Everything, and what will be added one day"
        error={props.error}
      />
      {nouns.map((noun) => (
        <NounChoice
          key={noun.noun}
          noun={noun}
          chosen={chosen}
          isFixed={isEverything}
          onChange={(own) => onChange([...others(chosen, noun), ...own])}
        />
      ))}
    </div>
  )
}

const others = (chosen: readonly string[], { noun }: Noun) => chosen.filter((one) => !one.startsWith(`${noun}.`))
