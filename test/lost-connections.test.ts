import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { type Database, openMongo } from '../server/src/database/database.ts'
import { isUnreachable } from '../server/src/database/unreachable.ts'
import { aRemoteDatabase, type RemoteDatabase } from './rig/database.ts'
import { atEnd } from './rig/teardown.ts'

interface Opened extends Database {
  readonly network: RemoteDatabase['network']
  /** Of the driver, those of its monitor too. */
  readonly sockets: readonly Socket[]
}

/** Over one connection, beside the monitor's. */
async function aDatabase(): Promise<Opened> {
  const { uri, network } = await aRemoteDatabase()
  const made: Socket[] = []
  const take = (message: unknown) => void made.push((message as { readonly socket: Socket }).socket)
  subscribe('net.client.socket', take)
  const database = await openMongo(`${uri}&maxPoolSize=1`).finally(() => unsubscribe('net.client.socket', take))
  atEnd(() => database.close())
  const sockets = made.filter(({ remotePort }) => network.address.endsWith(`:${remotePort}`))
  expect(sockets).to.have.lengthOf.at.least(2)
  return { ...database, network, sockets }
}

const failureOf = (asked: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(asked).then(
    () => expect.fail('it was answered'),
    (error: unknown) => error,
  )

describe('a connection to the database that ends', () => {
  it('fails what is asked over it before it has said so', async () => {
    const { connection, sockets } = await aDatabase()
    // As Node does where the other end is gone; who uses them is told in another turn of the loop.
    for (const socket of sockets) socket.destroy()
    const error = await failureOf(connection.db?.command({ ping: 1 }))
    expect(isUnreachable(error), String(error)).to.equal(true)
  })

  it('fails what waits to be written to it', async () => {
    const { connection, network, sockets, close } = await aDatabase()
    network.hold()
    const text = 'x'.repeat(12 * 1024 * 1024)
    const failing = failureOf(connection.db?.collection('texts').insertOne({ text }))
    while (!sockets.some(({ writableNeedDrain }) => writableNeedDrain)) await endOfTurn()
    const closing = close()
    const error = await failing
    network.up()
    await closing
    expect(isUnreachable(error), String(error)).to.equal(true)
  })
})
