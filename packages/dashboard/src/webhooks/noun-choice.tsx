import { Checkbox, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useId } from 'react'
import { useOrganisation } from '../organisations/organisation-context.ts'
import type { Noun } from './event-types.ts'
import { Summary } from './summary.tsx'
import classes from './type-picker.module.css'

/** The events about one noun: all of them, or single types. */
export function NounChoice(props: {
  noun: Noun
  /** All that is chosen, of other nouns too. */
  chosen: readonly string[]
  /** Everything is chosen. */
  isFixed: boolean
  /** With what is chosen of this noun. */
  onChange: (own: readonly string[]) => void
}) {
  const { noun, isFixed, onChange } = props
  const all = `${noun.noun}.*`
  const own = props.chosen.filter((one) => one.startsWith(`${noun.noun}.`))
  const isWhole = isFixed || own.includes(all)
  const [isOpen, { toggle }] = useDisclosure(!isWhole && own.length > 0)
  const id = useId()
  return (
    <div className={classes.noun}>
      <div className={classes.line}>
        <Checkbox
          checked={isWhole}
          indeterminate={!isWhole && own.length > 0}
          disabled={isFixed}
          onChange={() => onChange(isWhole ? [] : [all])}
          label={
            <>
              {noun.name} <code className={classes.code}>{all}</code>
            </>
          }
        />
        <UnstyledButton
          className={classes.toggle ?? ''}
          onClick={toggle}
          aria-expanded={isOpen}
          {...(isOpen ? { 'aria-controls': id } : {})}
        >
          <span>
            <span className="visually-hidden">{noun.name}: </span>
            {isWhole ? noun.types.length : own.length} of {noun.types.length}
            <span className="visually-hidden"> types</span>
          </span>
          <IconChevronDown size={16} stroke={1.8} aria-hidden />
        </UnstyledButton>
      </div>
      {isOpen && (
        <div id={id} className={classes.types}>
          {noun.types.map(({ type, summary, audience }) => (
            <Checkbox
              key={type}
              checked={isWhole || own.includes(type)}
              disabled={isWhole}
              onChange={({ currentTarget: { checked } }) =>
                onChange(checked ? [...own, type] : own.filter((one) => one !== type))
              }
              label={
                <>
                  <Summary>{summary}</Summary> <code className={classes.code}>{type}</code>
                  <Unseen audience={audience} />
                </>
              }
            />
          ))}
        </div>
      )}
    </div>
  )
}

/** That one’s own role does not show an event: as long as oneself is the owner, it is not sent. */
function Unseen({ audience }: { audience: string }) {
  const { permissions, role } = useOrganisation()
  if (permissions.some((permission) => permission === audience)) return null
  return <span className={classes.reason}>Is not shown to {role.name}.</span>
}
