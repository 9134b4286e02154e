/**
 * Keeps an organisation with its members and roles by webhooks alone, and shows it: what a product does that has its
 * own copy of who is in which team. It may be killed at any moment and goes on where it was.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { RolecallError, type RolecallEvent } from '@rolecall/sdk'
import { webhookReceiver } from '@rolecall/sdk/webhooks'
import express from 'express'
import { begin } from './begin.ts'
import { fold } from './fold.ts'
import { type Kept, load, save } from './kept.ts'
import { lineOf, pageOf } from './show.ts'

const {
  ROLECALL_URL: rolecallUrl = 'http://127.0.0.1:3000',
  ROLECALL_EMAIL: email,
  ROLECALL_PASSWORD: password,
  ORGANISATION: organisation,
  KEPT: file = fileURLToPath(new URL('kept.data', import.meta.url)),
  PORT: port = '4100',
  WEBHOOK_URL: publicUrl,
} = process.env

if ((email === undefined) !== (password === undefined)) {
  console.error('Set both ROLECALL_EMAIL and ROLECALL_PASSWORD, or neither: then somebody new is signed up.')
  process.exit(1)
}
const app = express()
const server = app.listen(Number(port), '127.0.0.1')
try {
  await once(server, 'listening')
  await serve()
} catch (error) {
  server.close()
  const reason = reasonOf(error)
  if (reason === undefined) throw error
  console.error(reason)
  process.exitCode = 1
}

async function serve(): Promise<void> {
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const path = '/hooks/rolecall'
  const person = email === undefined || password === undefined ? undefined : { email, password }
  const beginning = { rolecallUrl, url: publicUrl ?? `${here}${path}`, person, organisation }
  const before = load(file)
  let kept: Kept = before ?? (await begin(beginning))
  if (before === undefined) save(file, kept)

  function take(event: RolecallEvent): void {
    const state = fold(kept.state, event)
    if (state === kept.state) return
    // Written before it is answered: an event that was taken does not come again.
    save(file, { ...kept, state })
    kept = { ...kept, state }
    console.log(`  ${event.seq}  ${event.type}  by ${event.actor.name}`)
    console.log(`     ${lineOf(state)}`)
  }

  // What came before this was answered 404 and comes again. Not after any express.json(): the raw body is what is signed.
  app.post(path, webhookReceiver({ secrets: kept.secret, onEvent: take }))
  // Under the address of a tunnel anybody could read who the members are.
  app.use((request, response, next) =>
    ['localhost', '127.0.0.1'].includes(request.hostname) ? next() : response.sendStatus(404),
  )
  app.get('/', (_request, response) => void response.send(pageOf(kept.state)))
  app.get('/state', (_request, response) => void response.json(kept.state))
  console.log(lineOf(kept.state))
  console.log(`Waiting for webhooks after event ${kept.state.position}; shown at ${here}`)
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof RolecallError) return `${error.message.replace(/\.?$/, '.')}${hintFor(error)}`
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  return isTaken ? `Port ${port} is taken. Choose another by PORT.` : undefined
}

function hintFor({ code, errors }: RolecallError): string {
  if (code === 'network') return ` Is a server running at ${rolecallUrl}? Start one with \`npm start\`.`
  if (code === 'not_found' && organisation !== undefined) return ` Is ${email} a member of ${organisation}?`
  const isTarget = errors.some(({ path }) => path === 'url')
  return isTarget ? ' To post to its own machine the server needs WEBHOOK_LOOPBACK=on.' : ''
}
