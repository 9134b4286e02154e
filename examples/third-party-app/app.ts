/**
 * Another product’s backend, which leaves organisations, members and roles to Rolecall: two people sign up, one founds
 * an organisation and adds the other, changes their role, and the app hears of it live and prints it.
 */
import { randomUUID } from 'node:crypto'
import { Rolecall, RolecallError } from '@rolecall/sdk'

const baseUrl = process.env.ROLECALL_URL ?? 'http://127.0.0.1:3000'

try {
  await main()
} catch (error) {
  if (!(error instanceof RolecallError)) throw error
  const hint = error.code === 'network' ? ` Is a server running at ${baseUrl}? Start one with \`npm start\`.` : ''
  console.error(`${error.message}${hint}`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  // One client for each person whom the app acts for.
  const ada = new Rolecall({ baseUrl, retries: 1 })
  const grace = new Rolecall({ baseUrl, retries: 1 })
  try {
    // Names of organisations and addresses of people are unique: this app may run many times on one server.
    const run = randomUUID().slice(0, 8)
    const password = randomUUID()
    await ada.accounts.create({ name: 'Ada Lovelace', email: `ada-${run}@example.com`, password })
    await grace.accounts.create({ name: 'Grace Hopper', email: `grace-${run}@example.com`, password })

    const organisation = await ada.organisations.create({ name: `Analytical Engines ${run}` })
    console.log(`Ada founded ${organisation.name}`)

    const live = ada.live(organisation.id)
    live.on('event', ({ seq, type, actor }) => console.log(`  live  ${seq}  ${type}  by ${actor.name}`))
    const isManager = new Promise<void>((resolve) => {
      live.on('member.role_changed', ({ data: { member, before, after } }) => {
        console.log(`        ${member.account.name}: ${before.role} → ${after.role}`)
        if (after.role === 'manager') resolve()
      })
    })
    await live.ready

    const member = await ada.members.add({
      organisation: organisation.id,
      email: `grace-${run}@example.com`,
      role: 'developer',
    })
    await ada.members.changeRole({ organisation: organisation.id, member: member.id, role: 'manager' })
    await isManager

    // What the app asks before it lets somebody do something.
    const { permissions } = await grace.permissions.mine({ organisation: organisation.id })
    console.log(`Grace may now manage members: ${permissions.includes('member:manage')}`)
    await grace.organisations
      .delete({ organisation: organisation.id })
      .catch((error: RolecallError) => console.log(`Grace may not delete the organisation: ${error.message}`))

    await ada.organisations.delete({ organisation: organisation.id })
    await Promise.all([ada.accounts.delete({ password }), grace.accounts.delete({ password })])
    console.log('Cleaned up.')
  } finally {
    ada.close()
    grace.close()
  }
}
