import type { WebhookAttempt } from '@rolecall/contract'
import { CodeBlock } from '../ui/code-block.tsx'
import classes from './attempt-details.module.css'
import { inLines } from './in-lines.ts'

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' })

/** What was sent and what came back. */
export function AttemptDetails({ attempt }: { attempt: WebhookAttempt }) {
  const { at, url, detail, request, response } = attempt
  return (
    <div className={classes.details}>
      <p className={classes.about}>
        {exact.format(new Date(at))}, to <code>{url}</code>
        {detail !== undefined && <span className={classes.detail}>{detail}</span>}
      </p>
      <section className={classes.side}>
        <h3 className={classes.title}>Sent</h3>
        <CodeBlock label="Headers sent" text={headersInLines(request.headers)} />
      </section>
      <section className={classes.side}>
        <h3 className={classes.title}>Answered{response !== undefined && ` ${response.status}`}</h3>
        {response === undefined ? (
          <p className={classes.about}>No answer came.</p>
        ) : (
          <>
            <CodeBlock label="Headers answered" text={headersInLines(response.headers)} />
            {response.body !== '' && <CodeBlock label="Body answered" text={inLines(response.body)} />}
            {response.truncated && <p className={classes.about}>The answer was longer. This is what was read of it.</p>}
          </>
        )}
      </section>
    </div>
  )
}

function headersInLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
