import { expect } from 'chai'
import { newSecret } from '../server/src/api-keys/secret.ts'
import { policies } from '../server/src/http/rate-limits.ts'
import { newSecret as newToken } from '../server/src/tokens/secret.ts'
import { aKey } from './rig/api-keys.ts'
import { aToken, needsGit } from './rig/git.ts'
import { anOrganisation, apiOf } from './rig/people.ts'
import { startServer, type TestServer } from './rig/server.ts'

describe('the limits for API keys and tokens', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ env: { RATE_LIMITS: 'on', TRUST_PROXY: '1' } })
  })
  after(() => server.close())

  const from = (address: string) => ({ 'X-Forwarded-For': address })

  async function exhaust(address: string, left: number): Promise<void> {
    const ask = () => apiOf(server.url)('GET', '/permissions', undefined, from(address))
    await Promise.all(Array.from({ length: left }, ask))
  }

  it('hold before a secret is looked up, whose checksum anybody can compute', async () => {
    const acme = await anOrganisation({ url: server.url })
    const [used, unused] = [await aKey(acme), await aKey(acme)]
    const ask = async (secret: string) => {
      const answer = await apiOf(server.url, secret)('GET', `/organisations/${acme.id}`, undefined, from('192.0.2.90'))
      return [answer.status, answer.headers.get('RateLimit')?.replace(/;t=\d+$/, '')]
    }
    expect(await ask(used.secret), 'counted as its own').to.deep.equal([200, '"account";r=2999'])
    const left = policies.address.quota - 1
    expect(await ask(newSecret())).to.deep.equal([401, `"address";r=${left - 1}`])
    await exhaust('192.0.2.90', left - 1)
    expect(await ask(newSecret())).to.deep.equal([429, '"address";r=0'])
    expect((await ask(unused.secret))[0], 'for which the database would have to be asked').to.equal(429)
    expect(await ask(used.secret), 'which is known').to.deep.equal([200, '"account";r=2998'])
  })

  it('hold for git as well', async function () {
    needsGit(this)
    const acme = await anOrganisation({ url: server.url })
    const { secret } = await aKey(acme)
    await exhaust('192.0.2.91', policies.address.quota)
    expect([await fetched(acme, '192.0.2.91', newSecret()), await fetched(acme, '192.0.2.91', secret)]).to.deep.equal([
      429, 429,
    ])
  })

  it('hold for the tokens of git clients before they are looked up, and not for one that is known', async function () {
    needsGit(this)
    const acme = await anOrganisation({ url: server.url })
    const [used, unused] = [await aToken(acme.admin), await aToken(acme.admin)]
    const ask = (token: string) => fetched(acme, '192.0.2.92', token, acme.admin.email)
    expect(await ask(used), 'whose it is, who finds no such application').to.equal(404)
    expect(await ask(newToken())).to.equal(401)
    await exhaust('192.0.2.92', policies.address.quota)
    expect(await ask(newToken())).to.equal(429)
    expect(await ask(unused), 'for which the database would have to be asked').to.equal(429)
    expect(await ask(used)).to.equal(404)
    const { body } = await acme.admin.api('GET', '/account/tokens')
    const { id } = body.data.find(({ lastUsedAt }: { lastUsedAt?: string }) => lastUsedAt !== undefined)
    await acme.admin.api('DELETE', `/account/tokens/${id}`)
    expect([await ask(used), await ask(used)], 'once it is revoked').to.deep.equal([429, 429])
  })

  /** What is answered to a fetch from an address. */
  async function fetched({ id }: { readonly id: string }, address: string, password: string, user = 'x') {
    const { status } = await fetch(`${server.url}/git/${id}/app_none.git/info/refs?service=git-upload-pack`, {
      headers: { ...from(address), Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    })
    return status
  }
})
