import { expect } from 'chai'
import { models as logModels } from '../../server/src/log/documents.ts'
import { verify } from '../../server/src/log/verify.ts'
import { connectLive, eventAt } from '../rig/live.ts'
import { anOrganisation, apiOf, unique } from '../rig/people.ts'
import { startServer } from '../rig/server.ts'
import { readLog } from '../rig/writer.ts'

const minute = 60_000

describe('a wall clock that jumps', () => {
  it('E59 by ten minutes and back changes no order and revives nothing', async () => {
    let offsetMs = 0
    const server = await startServer({ now: () => new Date(Date.now() + offsetMs) })
    const organisation = await anOrganisation({ url: server.url })
    const { id, admin } = organisation
    const path = `/organisations/${id}`
    const removed = await organisation.add('developer')
    const signedOut = await organisation.add('manager')
    const anonymous = apiOf(server.url)

    await admin.api('DELETE', `${path}/members/${removed.member}`)
    await signedOut.api('DELETE', '/sessions/current')
    const refreshed = await anonymous('POST', '/sessions/refresh', { refreshToken: admin.session.refreshToken })
    expect(refreshed.status, refreshed.text).to.equal(200)
    let { session } = refreshed.body
    const live = await connectLive({ url: server.url, session })
    const { cursor } = await live.subscribe(id)

    for (const jump of [10 * minute, -10 * minute, 0]) {
      offsetMs = jump
      // With the clock ahead the access token is over; its session is not.
      const again = await anonymous('POST', '/sessions/refresh', { refreshToken: session.refreshToken })
      expect(again.status, again.text).to.equal(200)
      session = again.body.session
      const api = apiOf(server.url, session.accessToken)
      const { status, text, headers } = await api('PATCH', path, { name: unique('Jumped') })
      expect(status, text).to.equal(200)
      await live.until(eventAt(Number(headers.get('Rolecall-Seq'))))

      expect([401, 404], 'the removed').to.include((await removed.api('GET', path)).status)
      expect((await signedOut.api('GET', '/account')).status, 'the signed out').to.equal(401)
      const { refreshToken } = signedOut.session
      expect((await anonymous('POST', '/sessions/refresh', { refreshToken })).status, 'their session').to.equal(401)
    }

    const api = apiOf(server.url, session.accessToken)
    const events = await readLog(api, id)
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1))
    const since = events.slice(-3)
    expect(live.received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))).to.deep.equal(
      since.map(({ seq }) => seq),
    )
    const again = await connectLive({ url: server.url, session })
    await again.subscribe(id, cursor)
    await again.until(eventAt(events.length))
    expect(again.received.flatMap(({ name, body }) => (name === 'event' ? [body.seq] : []))).to.deep.equal(
      since.map(({ seq }) => seq),
    )
    expect(await verify(logModels(server.app.connection), id)).to.deep.include({ ok: true, events: events.length })
    await server.close()
  })
})
