import { ActionIcon, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './code-block.module.css'

/** Text for programs, to be read and copied. */
export function CodeBlock(props: {
  label: string
  text: string
  /** What is copied, if another spelling than what is shown. */
  copied?: string
  /** For what may have no lines of its own, such as what somebody else has answered. */
  isWrapped?: boolean
}) {
  const { label, text } = props
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={classes.scroll} data-wrapped={props.isWrapped || undefined} tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
      <CopyButton value={props.copied ?? text}>
        {({ copied, copy }) => (
          <ActionIcon className={classes.copy ?? ''} onClick={copy} aria-label={`Copy: ${label}`}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  )
}
