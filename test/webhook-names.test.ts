import { expect } from 'chai'
import { createGuard } from '../server/src/webhooks/guard.ts'
import { createPoster } from '../server/src/webhooks/post.ts'
import { resolveName } from '../server/src/webhooks/resolve-name.ts'
import { aNameServer } from './rig/name-server.ts'
import { now, signal, to } from './rig/poster.ts'

describe('resolving the name of a receiver', () => {
  it('gives the addresses of both families, the ones of IPv4 first, at most 16', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `93.184.216.${index + 1}`)
    const zone = await aNameServer((name) => ({
      A: name === 'many.example' ? many : ['93.184.216.34'],
      AAAA: ['2606:2800:220:1::1'],
    }))
    expect(await resolveName('both.example', zone.resolver())).to.deep.equal(['93.184.216.34', '2606:2800:220:1::1'])
    expect((await resolveName('many.example', zone.resolver())).length).to.equal(16)
  })

  it('takes one family where there is no other, and fails where there is none', async () => {
    const zone = await aNameServer((name) =>
      name === 'six.example' ? { A: [], AAAA: ['2606:2800:220:1::1'] } : 'unknown',
    )
    expect(await resolveName('six.example', zone.resolver())).to.deep.equal(['2606:2800:220:1::1'])
    const failed = await resolveName('none.example', zone.resolver()).catch((error) => error.code)
    expect(failed).to.equal('ENOTFOUND')
  })

  it('is an outcome of the post where the name server is silent', async () => {
    const zone = await aNameServer(() => 'silent')
    const guard = createGuard({ loopback: false, resolve: (name) => resolveName(name, zone.resolver(100)) })
    const poster = createPoster({ guard, now: () => now })
    const { outcome, detail } = await poster.post(to('http://silent.example/'), signal)
    await poster.close()
    expect(outcome).to.equal('unreachable')
    expect(detail).to.match(/ETIMEOUT/)
  })
})
