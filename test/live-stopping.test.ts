import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import { connectLive } from './rig/live.ts'
import { signUp } from './rig/people.ts'
import { startServer } from './rig/server.ts'

describe('a server that stops', () => {
  it('E60 lets nobody in who asks for a socket after all were sent away', async () => {
    const { url, close } = await startServer()
    const { ended } = await connectLive(await signUp({ url }))
    const late = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8')
    late.on('error', () => undefined)
    late.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n')
    await once(late, 'connect')
    // Answered on a later connection: the beginning of that request has arrived.
    await fetch(`${url}/healthz`)
    let answer = ''
    late.on('data', (text: string) => {
      answer += text
    })
    const closing = close()
    await ended
    late.write('\r\n')
    await closing
    expect(answer).not.to.contain('200 OK')
    late.destroy()
  })
})
