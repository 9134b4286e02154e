import type { Webhook } from '@rolecall/contract'
import type { RolecallError } from '@rolecall/sdk'
import { notify } from '../notices/notify.ts'
import { useOrganisation } from '../organisations/organisation-context.ts'
import { rolecall } from '../rolecall.ts'
import { announce } from '../ui/announcer.tsx'
import { useAction } from '../ui/use-action.ts'
import { shortUrl } from './endpoint-state.ts'

/** What is done to an endpoint without asking again. */
export interface EndpointActions {
  readonly test: (endpoint: Webhook) => unknown
  readonly pause: (endpoint: Webhook) => unknown
  readonly resume: (endpoint: Webhook) => unknown
  readonly isPending: boolean
  readonly error: RolecallError | undefined
}

export function useEndpointActions(): EndpointActions {
  const { id: organisation } = useOrganisation()
  const act = useAction((act: () => Promise<unknown>) => act())
  return {
    test: ({ id: webhook, url }) =>
      act.run(async () => {
        await rolecall.webhooks.test({ organisation, webhook })
        // A receiver may take its time, and the list shows no deliveries.
        notify(`A test event goes to ${shortUrl(url)}.`)
      }),
    pause: ({ id: webhook, url }) =>
      act.run(async () => {
        await rolecall.webhooks.update({ organisation, webhook, enabled: false })
        announce(`${shortUrl(url)} is paused.`)
      }),
    resume: ({ id: webhook, url }) =>
      act.run(async () => {
        await rolecall.webhooks.update({ organisation, webhook, enabled: true })
        announce(`${shortUrl(url)} goes on.`)
      }),
    isPending: act.isPending,
    error: act.error,
  }
}
