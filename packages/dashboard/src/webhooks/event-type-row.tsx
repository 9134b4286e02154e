import { UnstyledButton } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { CodeBlock } from '../ui/code-block.tsx'
import classes from './event-types.module.css'
import type { EventTypeInfo } from './event-types.ts'
import { postedExample } from './posted-example.ts'
import { SchemaTable } from './schema-table.tsx'
import { Summary } from './summary.tsx'

/** A type of event. Opened, its address leads to it. */
export function EventTypeRow({ info }: { info: EventTypeInfo }) {
  const { hash } = useLocation()
  const navigate = useNavigate()
  const row = useRef<HTMLLIElement>(null)
  const { type, summary } = info
  const isOpen = hash === `#${type}`
  const wasOpenAtFirst = useRef(isOpen)
  useEffect(() => {
    if (wasOpenAtFirst.current) row.current?.scrollIntoView({ block: 'center' })
  }, [])
  return (
    <li ref={row} data-open={isOpen || undefined}>
      <UnstyledButton
        className={classes.line ?? ''}
        onClick={() => navigate({ hash: isOpen ? '' : type }, { replace: true, preventScrollReset: true })}
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': `about-${type}` } : {})}
      >
        <code className={classes.type}>{type}</code>
        <span className={classes.summary}>
          <Summary>{summary}</Summary>
        </span>
        <IconChevronDown size={16} stroke={1.8} className={classes.chevron} aria-hidden />
      </UnstyledButton>
      {isOpen && (
        <div id={`about-${type}`}>
          <Details info={info} />
        </div>
      )}
    </li>
  )
}

function Details({ info }: { info: EventTypeInfo }) {
  const { type, audience, schema } = info
  return (
    <div className={classes.details}>
      <p className={classes.about}>
        Shown to holders of <code>{audience}</code>: endpoints get it whose owner is one.
      </p>
      <SchemaTable label={`Data of ${type}`} schema={schema} />
      <CodeBlock label={`Example of ${type}`} text={postedExample(info)} />
      <details className={classes.schema}>
        <summary>JSON Schema of its data</summary>
        <CodeBlock label={`JSON Schema of ${type}`} text={JSON.stringify(schema, null, 2)} />
      </details>
    </div>
  )
}
