import { setTimeout as pause } from 'node:timers/promises'
import type { Rolecall } from '@rolecall/sdk'
import { createGuard, type Guard, type GuardOptions } from '@rolecall/sdk/guard'
import { aPerson } from './client.ts'
import type { TestOrganisation } from './people.ts'
import { atEnd } from './teardown.ts'

/** An account that an app looks with: in an organisation it may see the members, and nothing else. */
export interface Watcher {
  readonly rolecall: Rolecall
  readonly email: string
  readonly password: string
  readonly member: string
}

export async function aWatcher(acme: TestOrganisation, baseUrl = acme.admin.url): Promise<Watcher> {
  const { rolecall, email, password } = await aPerson({ baseUrl })
  return { rolecall, email, password, member: await letWatch(acme, email) }
}

/** Makes somebody a member who may see the members. */
export async function letWatch({ admin, id }: TestOrganisation, email: string): Promise<string> {
  const path = `/organisations/${id}`
  const composed = await admin.api('POST', `${path}/roles`, { name: `Watches ${email}`, permissions: ['member:read'] })
  const { status, text, body } = await admin.api('POST', `${path}/members`, { email, role: composed.body.id })
  if (status !== 201) throw new Error(`adding the watcher was answered ${status}: ${text}`)
  return body.id
}

/** A guard that is closed at the end. */
export function guardOf(options: GuardOptions): Guard {
  const guard = createGuard(options)
  atEnd(async () => guard.close())
  return guard
}

/** Resolves as soon as it is so. For what no event tells: that time passes. Throws when a test would have been given up. */
export async function untilSo(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 280_000
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error('it did not become so')
    await pause(5)
  }
}
