import type { EventOfType } from '@rolecall/contract'
import type { ReactNode } from 'react'

type ApplicationEvent = EventOfType<'application.created' | 'application.updated' | 'application.deleted'>

/** What happened to an application, in words. */
export function ApplicationSentence({ event }: { event: ApplicationEvent }): ReactNode {
  const actor = <strong>{event.actor.name}</strong>
  const application = <strong>{event.data.application.name}</strong>
  switch (event.type) {
    case 'application.created':
      return (
        <>
          {actor} added the application {application}
        </>
      )
    case 'application.updated':
      return event.data.before.name === event.data.after.name ? (
        <>
          {actor} described the application {application} anew
        </>
      ) : (
        <>
          {actor} renamed the application <strong>{event.data.before.name}</strong> to {application}
        </>
      )
    case 'application.deleted':
      return (
        <>
          {actor} deleted the application {application}
        </>
      )
  }
}
