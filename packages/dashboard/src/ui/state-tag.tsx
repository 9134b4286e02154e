import classes from './pill.module.css'

export type Tone = 'good' | 'waiting' | 'bad' | 'quiet'

/** How something stands, in a word with a dot. */
export function StateTag({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      {children}
    </span>
  )
}
