/** An organisation on a server of its own, of which the clock can be set forward. */
import { expect } from 'chai'
import { anOrganisation, apiOf, type TestOrganisation } from './people.ts'
import { startServer, type TestServer } from './server.ts'

export interface Scene {
  readonly server: TestServer
  readonly acme: TestOrganisation
  readonly member: string
  /** Sets the clock forward. Tokens are over then, so that everything is asked with fresh ones. */
  pass(ms: number): Promise<void>
}

export async function aScene(): Promise<Scene> {
  let offsetMs = 0
  const server = await startServer({ now: () => new Date(Date.now() + offsetMs) })
  const made = await anOrganisation({ url: server.url })
  const { member } = await made.add('developer')
  let api = made.admin.api
  const admin = { ...made.admin, api: (...request: Parameters<typeof api>) => api(...request) }
  return {
    server,
    acme: { ...made, admin },
    member,
    async pass(ms) {
      offsetMs += ms
      const { email, password } = admin
      const { status, text, body } = await apiOf(server.url)('POST', '/sessions', { email, password })
      expect(status, text).to.equal(201)
      api = apiOf(server.url, body.session.accessToken)
    },
  }
}
