import type { Account, Organisation } from '@rolecall/sdk'
import { Rolecall, type RolecallOptions, type Watched } from '@rolecall/sdk'
import { defaultPassword, unique } from './people.ts'
import { sharedServer } from './server.ts'
import { atEnd } from './teardown.ts'

export interface ClientPerson {
  readonly rolecall: Rolecall
  readonly account: Account
  /** The personal one. */
  readonly personal: Organisation
  readonly email: string
  readonly password: string
}

/** A client that is let go of at the end. */
export async function aClient(options: Partial<RolecallOptions> = {}): Promise<Rolecall> {
  const rolecall = new Rolecall({ baseUrl: (await sharedServer()).url, ...options })
  atEnd(async () => rolecall.close())
  return rolecall
}

/** A new person who signed up with a client of their own. */
export async function aPerson(options: Partial<RolecallOptions> = {}): Promise<ClientPerson> {
  const rolecall = await aClient(options)
  const email = `${unique('client').replace(' ', '-')}@example.com`
  const { account, organisation } = await rolecall.accounts.create({
    name: unique('Client'),
    email,
    password: defaultPassword,
  })
  return { rolecall, account, personal: organisation, email, password: defaultPassword }
}

/** Resolves as soon as what is watched fits; the test’s own time limit is the bound. */
export function until<Snapshot>(watched: Watched<Snapshot>, fits: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve) => {
    const look = () => {
      if (!fits(watched.snapshot)) return
      stop()
      resolve(watched.snapshot)
    }
    const stop = watched.subscribe(look)
    look()
  })
}
