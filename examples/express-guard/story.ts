import { randomUUID } from 'node:crypto'
import { Rolecall } from '@rolecall/sdk'
import { serve } from './serve.ts'

/**
 * An organisation of two people: Ada, who declares the permission and gives it by a role, and Grace, who uses it until
 * it is taken from her. `rolecall` becomes the product’s own client, which may see who the members are and nothing else.
 */
export async function tell(rolecall: Rolecall): Promise<void> {
  const { baseUrl } = rolecall
  const [ada, grace] = [new Rolecall({ baseUrl, retries: 1 }), new Rolecall({ baseUrl, retries: 1 })]
  // Names of organisations and addresses of people are unique: this may run many times on one server.
  const run = randomUUID().slice(0, 8)
  const password = randomUUID()
  const emailOf = (name: string) => `${name}-${run}@example.com`
  await ada.accounts.create({ name: 'Ada Lovelace', email: emailOf('ada'), password })
  const { session } = await grace.accounts.create({ name: 'Grace Hopper', email: emailOf('grace'), password })
  await rolecall.accounts.create({ name: 'Reports', email: emailOf('reports'), password })

  const { id: organisation } = await ada.organisations.create({ name: `Analytical Engines ${run}` })
  await ada.permissions.declare({
    organisation,
    permissions: [{ name: 'report:approve', description: 'Approve reports', roles: ['manager'] }],
  })
  const watching = await ada.roles.create({ organisation, name: 'Watching app', permissions: ['member:read'] })
  await ada.members.add({ organisation, email: emailOf('reports'), role: watching.id })
  const { id: member } = await ada.members.add({ organisation, email: emailOf('grace'), role: 'manager' })

  const product = await serve(rolecall)
  const approve = async () => {
    const { status } = await fetch(`${product.url}/organisations/${organisation}/reports/2026-q1/approve`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.accessToken}` },
    })
    return status
  }
  console.log(`Grace, a Manager, approves a report: ${await approve()}`)
  await ada.members.changeRole({ organisation, member, role: 'developer' })
  // It hears of it a moment later, unasked. This waits for that moment.
  await product.ready(organisation)
  console.log(`Grace, a Developer now, tries another one: ${await approve()}`)

  product.close()
  await ada.organisations.delete({ organisation })
  await Promise.all([ada, grace, rolecall].map((one) => one.accounts.delete({ password })))
  for (const one of [ada, grace, rolecall]) one.close()
  console.log('Cleaned up.')
}
