import { keptOfFormerAnswers, type WebhookAttempt } from '@rolecall/contract'
import { CodeBlock } from '../ui/code-block.tsx'
import classes from './attempt-details.module.css'
import { ExactTime } from './exact-time.tsx'
import { inLines } from './in-lines.ts'

/** What was sent and what came back. */
export function AttemptDetails({ attempt, isNewest }: { attempt: WebhookAttempt; isNewest: boolean }) {
  const { at, url, detail, request, response } = attempt
  return (
    <div className={classes.details}>
      <p className={classes.about}>
        <ExactTime at={at} />, to <code>{url}</code>
        {detail !== undefined && <span className={classes.detail}>{detail}</span>}
      </p>
      <section className={classes.side}>
        <h3 className={classes.title}>Sent</h3>
        <CodeBlock isWrapped label="Headers sent" text={headersInLines(request.headers)} />
      </section>
      <section className={classes.side}>
        <h3 className={classes.title}>Answered{response !== undefined && ` ${response.status}`}</h3>
        {response === undefined ? (
          <p className={classes.about}>No answer came.</p>
        ) : (
          <>
            <CodeBlock isWrapped label="Headers answered" text={headersInLines(response.headers)} />
            {response.body !== '' && <CodeBlock isWrapped label="Body answered" text={inLines(response.body)} />}
            <HowMuch response={response} isNewest={isNewest} />
          </>
        )}
      </section>
    </div>
  )
}

function HowMuch(props: { response: NonNullable<WebhookAttempt['response']>; isNewest: boolean }) {
  const { body, truncated } = props.response
  if (!truncated) return null
  if (props.isNewest || body.length < keptOfFormerAnswers) {
    return <p className={classes.about}>The answer was longer. This is what was read of it.</p>
  }
  const kept = keptOfFormerAnswers.toLocaleString('en-GB')
  return <p className={classes.about}>Of answers before the newest, the first {kept} characters are kept.</p>
}

function headersInLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
