/**
 * Another product’s backend on Express, with a permission of its own that organisations in Rolecall give by their
 * roles. It asks nobody when a request comes: it knows, and hears of each change as it happens.
 */
import { Rolecall, RolecallError } from '@rolecall/sdk'
import { serve } from './serve.ts'
import { tell } from './story.ts'

const {
  ROLECALL_URL: baseUrl = 'http://127.0.0.1:3000',
  ROLECALL_EMAIL: email,
  ROLECALL_PASSWORD: password,
  PORT: port = '4200',
  MAX_STALE_MS: maxStaleMs = '10000',
} = process.env

const rolecall = new Rolecall({ baseUrl, retries: 1 })
try {
  if (email === undefined || password === undefined) await tell(rolecall)
  else {
    await rolecall.sessions.create({ email, password })
    const { url } = await serve(rolecall, { port: Number(port), maxStaleMs: Number(maxStaleMs) })
    console.log(`Reports are approved at ${url}/organisations/{organisation}/reports/{report}/approve`)
  }
} catch (error) {
  rolecall.close()
  if (!(error instanceof RolecallError)) throw error
  const hint = error.code === 'network' ? ` Is a server running at ${baseUrl}? Start one with \`npm start\`.` : ''
  console.error(`${error.message}${hint}`)
  process.exitCode = 1
}
