import { adminOnlyPermissions, allPermissions, builtInRoleIds, maxListed, maxOwnPermissions } from '@rolecall/contract'
import { expect } from 'chai'
import { type TestOrganisation, unique } from './people.ts'

const longestWord = 23

/**
 * Makes about the largest event that a change can make, and answers with its position: all permissions that an
 * organisation may declare get another description but one that is withdrawn, and all roles that it may have hold all.
 */
export async function aLargestEvent({ admin, id }: TestOrganisation): Promise<number> {
  const path = `/organisations/${id}`
  const names = Array.from(
    { length: maxOwnPermissions },
    (_, index) => `${`report-${index}`.padEnd(longestWord, 's')}:${'approve'.padEnd(longestWord, 'd')}`,
  )
  const declare = async (some: readonly string[], text: string) => {
    const permissions = some.map((name) => ({ name, description: text.repeat(200), roles: builtInRoleIds }))
    const { status, text: said, headers } = await admin.api('PUT', `${path}/own-permissions`, { permissions })
    expect(status, said).to.equal(200)
    return Number(headers.get('Rolecall-Seq'))
  }
  // Three bytes each, as most characters of most people are.
  await declare(names, '許')
  const composable = allPermissions.filter((permission) => !adminOnlyPermissions.includes(permission))
  for (let made = 0; made < maxListed.customRoles; made += 1) {
    const role = { name: unique('Role').padEnd(64, '可'), permissions: [...composable, ...names] }
    const { status, text } = await admin.api('POST', `${path}/roles`, role)
    expect(status, text).to.equal(201)
  }
  return declare(names.slice(1), '可')
}
