import { expect } from 'chai'
import { compile } from './rig/compiler.ts'

const contract = 'packages/contract/src'

interface Mistake {
  readonly what: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** What the compiler says in that file, in part. */
  readonly said: RegExp
}

const mistakes: readonly Mistake[] = [
  {
    what: 'an event without an audience',
    file: `${contract}/members/events.ts`,
    from: "audience: 'member:read',\n    summary: 'Somebody became",
    to: "summary: 'Somebody became",
    said: /Property 'audience' is missing/,
  },
  {
    what: 'an event for an audience that is no permission',
    file: `${contract}/members/events.ts`,
    from: "audience: 'member:read'",
    to: "audience: 'member:look'",
    said: /member:look/,
  },
  {
    what: 'a problem without a status',
    file: `${contract}/problems.ts`,
    from: 'last_admin: { status: 409, ',
    to: 'last_admin: { ',
    said: /Property 'status' is missing/,
  },
  {
    what: 'an operation that needs what is no permission',
    file: `${contract}/members/operations.ts`,
    from: "needs: 'member:manage'",
    to: "needs: 'member:mangle'",
    said: /member:mangle/,
  },
  {
    what: 'a problem that the table does not have',
    file: 'server/src/members/apply.ts',
    from: "problem('last_admin', {",
    to: "problem('last_admn', {",
    said: /last_admn/,
  },
  {
    what: 'an event whose data are not those of its type',
    file: 'server/src/members/apply.ts',
    from: "'member.suspended', suspension,",
    to: "'member.suspended', { member: suspension.member },",
    said: /Property 'before' is missing/,
  },
  {
    what: 'an answer that is not the operation’s',
    file: 'server/src/members/members.ts',
    from: 'return shown(member ?? subject)',
    to: 'return subject.role',
    said: /Changed<RoleId>/,
  },
]

function make(source: string, { file, from, to }: Mistake): string {
  if (!source.includes(from)) throw new Error(`${file} has nothing to be changed: ${from}`)
  return source.replace(from, to)
}

const files = [...new Set(mistakes.map(({ file }) => file))]

describe('the compiler', function () {
  this.timeout(300_000)
  let said: readonly string[]

  /** All at once: the compiler reads everything anew each time. */
  before(() => {
    const edits = files.map((file) => {
      const ofFile = mistakes.filter((mistake) => mistake.file === file)
      return [file, (source: string) => ofFile.reduce(make, source)] as const
    })
    said = compile([], Object.fromEntries(edits))
  })

  it('finds nothing wrong with the tables and handlers as they are', () => {
    expect(compile([`${contract}/schemas.ts`, ...files])).to.deep.equal([])
  })

  for (const mistake of mistakes) {
    it(`refuses ${mistake.what}`, () => {
      expect(said.filter((error) => error.startsWith(mistake.file) && mistake.said.test(error))).not.to.deep.equal([])
    })
  }
})
