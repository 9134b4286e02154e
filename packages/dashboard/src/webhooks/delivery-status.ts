import type { WebhookDelivery } from '@rolecall/contract'
import type { Tone } from '../ui/state-tag.tsx'

type Status = WebhookDelivery['status']

const statuses: Readonly<Record<Status, { name: string; tone: Tone; about: string }>> = {
  delivered: { name: 'Delivered', tone: 'good', about: 'The receiver has taken it.' },
  retrying: { name: 'Retrying', tone: 'waiting', about: 'It was not taken yet, and is tried again.' },
  exhausted: { name: 'Given up', tone: 'bad', about: 'It was tried for about 75 hours and never taken.' },
  withheld: {
    name: 'Withheld',
    tone: 'quiet',
    about: 'The owner of the endpoint may not see it any more, or the endpoint gets no such events now.',
  },
}

export const deliveryStatuses = Object.keys(statuses) as readonly Status[]

export function statusOf(status: Status) {
  return statuses[status]
}
