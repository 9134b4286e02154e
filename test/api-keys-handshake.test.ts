import { createRequire } from 'node:module'
import { expect } from 'chai'
import { aKey } from './rig/api-keys.ts'
import { anOrganisation } from './rig/people.ts'

type Welcome = (this: object, socket: object, ...more: unknown[]) => void

/** Keeps the sockets that are admitted from now on from being welcomed, until they are let in. */
function holdBack() {
  const { Namespace } = createRequire(new URL('../server/package.json', import.meta.url))('socket.io')
  const welcome: Welcome = Reflect.get(Namespace.prototype, '_doConnect')
  const waiting: (() => void)[] = []
  let admitted: () => void
  const isAdmitted = new Promise<void>((resolve) => {
    admitted = resolve
  })
  const held: Welcome = function (...call) {
    waiting.push(() => welcome.apply(this, call))
    admitted()
  }
  Reflect.set(Namespace.prototype, '_doConnect', held)
  return {
    isAdmitted,
    letIn() {
      Reflect.set(Namespace.prototype, '_doConnect', welcome)
      for (const one of waiting.splice(0)) one()
    },
  }
}

describe('the handshake of an API key', () => {
  it('ends a socket whose secret is rotated away between its admission and its welcome', async () => {
    const acme = await anOrganisation()
    const key = await aKey(acme)
    const door = holdBack()
    try {
      const connecting = key.connect()
      await door.isAdmitted
      const rotated = await acme.admin.api('POST', `${key.path}/rotate`, { overlapHours: 0 })
      expect([rotated.status, rotated.headers.get('Rolecall-Fenced')]).to.deep.equal([200, 'true'])
      door.letIn()
      // Told that it is over before it is told that it is connected, or right after.
      const ended = await connecting.then(
        (live) => live.ended,
        (error: Error) => error.message,
      )
      expect(ended).to.equal('io server disconnect')
    } finally {
      door.letIn()
    }
  })
})
