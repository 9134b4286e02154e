import type { ReactNode } from 'react'
import { WelcomeLayout } from '../session/welcome-layout.tsx'
import { TextLink } from '../ui/text-link.tsx'

/** Where a link of a mail ends: what came of it, and where to go from here. */
export function LinkNote(props: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <WelcomeLayout title={props.title} about={props.children}>
      {props.action ?? <TextLink to="/">Go to Rolecall</TextLink>}
    </WelcomeLayout>
  )
}
