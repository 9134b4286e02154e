import { expect } from 'chai'
import { compile } from './rig/compiler.ts'

const contract = 'packages/contract/src'
const replacing = (old: string, by: string) => (source: string) => source.replace(old, by)

describe('the compiler', function () {
  this.timeout(120_000)

  it('finds nothing wrong with the tables and handlers as they are', () => {
    const files = [`${contract}/schemas.ts`, `${contract}/problems.ts`, 'server/src/members/members.ts']
    expect(compile(files)).to.deep.equal([])
  })

  it('refuses an event without an audience', () => {
    const edit = replacing("audience: 'member:read',\n    summary: 'Somebody became", "summary: 'Somebody became")
    expect(compile([], { [`${contract}/members/events.ts`]: edit }).join()).to.include("Property 'audience' is missing")
  })

  it('refuses an event for an audience that is no permission', () => {
    const edit = replacing("audience: 'member:read'", "audience: 'member:look'")
    expect(compile([], { [`${contract}/members/events.ts`]: edit }).join()).to.include('member:look')
  })

  it('refuses a problem without a status', () => {
    const edit = replacing('last_admin: { status: 409, ', 'last_admin: { ')
    expect(compile([], { [`${contract}/problems.ts`]: edit }).join()).to.include("Property 'status' is missing")
  })

  it('refuses an operation that needs what is no permission', () => {
    const edit = replacing("needs: 'member:manage'", "needs: 'member:mangle'")
    expect(compile([], { [`${contract}/members/operations.ts`]: edit }).join()).to.include('member:mangle')
  })

  it('refuses a problem that the table does not have', () => {
    const edit = replacing("problem('last_admin', {", "problem('last_admn', {")
    expect(compile([], { 'server/src/members/members.ts': edit }).join()).to.include('last_admn')
  })

  it('refuses an event whose data are not those of its type', () => {
    const edit = replacing('before: { role: subject.role }, after: { role } }', 'before: { role: subject.role } }')
    expect(compile([], { 'server/src/members/members.ts': edit }).join()).to.include("Property 'after' is missing")
  })

  it('refuses an answer that is not the operation’s', () => {
    const edit = replacing('return shown({ ...subject, role })', 'return role')
    expect(compile([], { 'server/src/members/members.ts': edit })).to.have.length.greaterThan(0)
  })
})
