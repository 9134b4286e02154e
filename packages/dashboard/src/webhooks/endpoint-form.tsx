import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'react-router'
import type { Action } from '../ui/use-action.ts'
import classes from './endpoint-form.module.css'

/** The form of an endpoint. What was refused is led to: it may be far above the button. */
export function EndpointForm(props: {
  action: Action<[]>
  confirm: string
  isDisabled?: boolean
  /** Where one goes who changes nothing. */
  back: string
  children: ReactNode
}) {
  const { action } = props
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (action.error === undefined) return
    const place = form.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')
    place?.scrollIntoView({ block: 'center' })
    place?.focus({ preventScroll: true })
  }, [action.error])
  return (
    <form
      ref={form}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void action.run()
      }}
    >
      {props.children}
      <div className={classes.buttons}>
        <Button variant="default" component={Link} to={props.back}>
          Cancel
        </Button>
        <Button type="submit" loading={action.isPending} disabled={props.isDisabled ?? false}>
          {props.confirm}
        </Button>
      </div>
    </form>
  )
}
