import type { Answer, EventType } from '@rolecall/contract'
import { RolecallError } from '@rolecall/sdk'
import { useEffect, useState } from 'react'
import { rolecall } from '../rolecall.ts'

/** A type of events: who may see it, the shape of its data and an example. */
export type EventTypeInfo = Answer<'events', 'types'>['data'][number]

export interface Noun {
  readonly noun: string
  readonly name: string
  readonly types: readonly EventTypeInfo[]
}

type NounOf<Type> = Type extends `${infer Noun}.${string}` ? Noun : never
/** Stand in no organisation's log. */
type OneselfAlone = 'account' | 'session' | 'token'

const names: Readonly<Record<string, string>> = {
  organisation: 'Organisation',
  member: 'Members',
  role: 'Roles',
  permissions: 'Permissions',
  invitation: 'Invitations',
  webhook: 'Webhooks',
  application: 'Applications',
  repository: 'Repositories',
  billing: 'Billing details',
  invoice: 'Invoices',
  api_key: 'API keys',
} satisfies Record<Exclude<NounOf<EventType>, OneselfAlone>, string>

const nounOf = ({ type }: EventTypeInfo) => type.slice(0, type.indexOf('.'))

let reading: Promise<readonly Noun[]> | undefined

/** They are a part of the server, so that reading them once is enough. */
async function readNouns(): Promise<readonly Noun[]> {
  const { data } = await rolecall.events.types()
  // What is for oneself alone stands in no organisation's log.
  const types = data.filter(({ audience }) => audience !== 'self')
  const nouns = [...new Set(types.map(nounOf))]
  return nouns.map((noun) => ({
    noun,
    name: names[noun] ?? noun,
    types: types.filter((type) => nounOf(type) === noun),
  }))
}

/** The types of events of organisations, by what they are about; undefined until they were read. */
export function useNouns(): { nouns: readonly Noun[] | undefined; error: RolecallError | undefined } {
  const [nouns, setNouns] = useState<readonly Noun[]>()
  const [error, setError] = useState<RolecallError>()
  useEffect(() => {
    reading ??= readNouns()
    reading.then(setNouns, (thrown: unknown) => {
      reading = undefined
      if (!(thrown instanceof RolecallError)) throw thrown
      setError(thrown)
    })
  }, [])
  return { nouns, error }
}
