import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Rolecall } from '@rolecall/sdk'
import type { Guard } from '@rolecall/sdk/guard'
import { expect } from 'chai'
import { aWatcher, guardOf } from './rig/guard.ts'
import { declare } from './rig/own-permissions.ts'
import { anOrganisation, type Person, signUp, type TestOrganisation } from './rig/people.ts'
import { startServer } from './rig/server.ts'
import { atEnd } from './rig/teardown.ts'

type Account = (request: IncomingMessage) => string | undefined

/** A server of `node:http` with one route, which says on whose behalf it was reached. */
async function aRoute(guard: Guard, account?: Account): Promise<string> {
  const required = guard.requirePermission('report:approve', {
    // As Express has what a `*wildcard` stands for.
    organisation: ({ url = '' }: IncomingMessage) => (url[1] === '*' ? [url.slice(2)] : url.slice(1) || undefined),
    ...(account && { account }),
  })
  const server = createServer((request, response) => {
    void required(request, response, (error) => {
      if (error !== undefined) response.statusCode = 500
      response.end(error === undefined ? JSON.stringify(guard.caller(request)) : 'failed')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function aScene() {
  const acme = await anOrganisation()
  await declare(acme.admin.api, acme.id, { 'report:approve': ['manager'] })
  const [manager, developer, stranger] = [await acme.add('manager'), await acme.add('developer'), await signUp()]
  const { rolecall } = await aWatcher(acme)
  // So long that a busy machine is no reason for a 503.
  return { acme, manager, developer, stranger, guard: guardOf({ rolecall, waitMs: 100_000 }) }
}

async function ask(route: string, organisation: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${route}/${organisation}`, { headers })
  return { status: answer.status, headers: answer.headers, body: await answer.json() }
}

const tokenOf = ({ session }: Person) => session.accessToken

describe('a route that is guarded', () => {
  it('is reached by those alone who hold the permission, with the access tokens of Rolecall', async () => {
    const { acme, manager, developer, stranger, guard } = await aScene()
    const route = await aRoute(guard)
    // The first request waits until the organisation was read.
    const reached = await ask(route, acme.id, tokenOf(manager))
    expect([reached.status, reached.body]).to.deep.equal([200, { account: manager.account.id, organisation: acme.id }])
    for (const person of [developer, stranger]) {
      const { status, headers, body } = await ask(route, acme.id, tokenOf(person))
      expect(headers.get('content-type')).to.equal('application/problem+json')
      expect([status, body]).to.deep.equal([
        403,
        {
          type: 'urn:rolecall:problem:forbidden',
          code: 'forbidden',
          status: 403,
          title: 'Your role does not permit this',
        },
      ])
    }
    for (const organisation of ['', 'org_none', stranger.organisation.id]) {
      expect((await ask(route, organisation, tokenOf(stranger))).status, organisation).to.equal(403)
    }
    expect((await ask(route, `*${acme.id}`, tokenOf(manager))).status).to.equal(403)
  })

  it('is answered 503, and to be asked again, while nothing is known', async () => {
    const { acme, manager } = await aScene()
    const { rolecall } = await aWatcher(acme)
    const blind = guardOf({ rolecall, waitMs: 0 })
    const late = await ask(await aRoute(blind), acme.id, tokenOf(manager))
    expect([late.status, late.body.code, late.headers.get('retry-after')]).to.deep.equal([503, 'unavailable', '1'])
  })

  it('is answered 503, and not that a token is none, while the server’s keys have never been read', async () => {
    const { acme, manager } = await aScene()
    const silent = createServer((_request, response) => response.writeHead(503).end())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    atEnd(async () => void silent.close())
    const rolecall = new Rolecall({ baseUrl: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` })
    atEnd(async () => rolecall.close())
    const route = await aRoute(guardOf({ rolecall }))
    for (const time of ['first', 'second']) {
      expect((await ask(route, acme.id, tokenOf(manager))).status, time).to.equal(503)
    }
  })

  it('is answered 403 where nobody looks', async () => {
    const { acme, manager } = await aScene()
    const route = await aRoute(guardOf({ rolecall: () => undefined }))
    expect((await ask(route, acme.id, tokenOf(manager))).status).to.equal(403)
  })

  it('asks the app who it is where the app knows', async () => {
    const { acme, manager, guard } = await aScene()
    const route = await aRoute(guard, ({ headers }) => headers['x-account']?.toString())
    expect((await ask(route, acme.id)).status).to.equal(401)
    const { status } = await fetch(`${route}/${acme.id}`, { headers: { 'x-account': manager.account.id } })
    expect(status).to.equal(200)
  })

  it('hands on what the app’s own functions throw', async () => {
    const { acme, guard } = await aScene()
    const route = await aRoute(guard, () => {
      throw new Error('the session store is away')
    })
    expect(await (await fetch(`${route}/${acme.id}`)).text()).to.equal('failed')
  })

  it('believes no token that the server has not signed for this use, or not any more', async () => {
    const { acme, manager, guard } = await aScene()
    const route = await aRoute(guard)
    const token = tokenOf(manager)
    const [head = '', body = '', signature = ''] = token.split('.')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    const signed = (header: object, claims: object) => {
      const text = `${encoded(header)}.${encoded(claims)}`
      const by = createSign('sha256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${text}.${by.toString('base64url')}`
    }
    const [header, claims] = [decoded(head), decoded(body)]
    const forged = {
      'no token': 'x',
      'no signature at all': `${head}.${body}.AAAAA`,
      'another signature': `${head}.${body}.${signature.split('').reverse().join('')}`,
      'another account': `${head}.${encoded({ ...claims, sub: acme.admin.account.id })}.${signature}`,
      'no signature': `${head}.${body}.`,
      'no algorithm': `${encoded({ ...header, alg: 'none' })}.${body}.`,
      'a key of its own': signed(header, claims),
      'an unknown key': signed({ ...header, kid: 'mine' }, claims),
      'one part more': `${token}.x`,
    }
    for (const [what, one] of Object.entries(forged)) {
      const { status, headers } = await ask(route, acme.id, one)
      expect([status, headers.get('www-authenticate')], what).to.deep.equal([401, 'Bearer'])
    }
    expect((await ask(route, acme.id)).status).to.equal(401)
    expect((await ask(route, acme.id, token)).status).to.equal(200)
  })

  it('refuses a token that has expired', async () => {
    // A server whose clock is an hour behind: its tokens expired long ago, and whoever watches is signed in with them.
    const hourAgo = await startServer({ now: () => new Date(Date.now() - 60 * 60_000) })
    const acme: TestOrganisation = await anOrganisation({ url: hourAgo.url })
    const { rolecall } = await aWatcher(acme)
    const guard = guardOf({ rolecall })
    await guard.ready(acme.id)
    expect(guard.can(acme.admin.account.id, acme.id, 'member:read')).to.equal(true)
    expect((await ask(await aRoute(guard), acme.id, tokenOf(acme.admin))).status).to.equal(401)
  })
})
