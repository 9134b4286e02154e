import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { read, root, trackedFiles } from './rig/docs.ts'

/** Edge cases that naive versions get wrong. Numbers are stable; a test of one says so in its title. */
const edges: Readonly<Record<string, string>> = {
  E01: 'two Admins demote or remove each other at the same moment',
  E02: 'the last Admin leaves, steps down or deletes the account',
  E03: 'a Manager grants, changes or removes an Admin',
  E04: 'somebody raises their own role, by whatever route',
  E05: 'every route that gives a role asks one function',
  E06: 'an invitation’s role is checked again at acceptance',
  E07: 'somebody who has an invitation is added directly',
  E08: 'one invitation is accepted many times at once',
  E09: 'limits of members hold under parallel acceptance',
  E10: 'a member of another organisation in the path',
  E11: 'a resent invitation, whose old link fails',
  E12: 'a link that scanners open joins nobody',
  E13: 'an invitation is accepted by the wrong account',
  E14: 'unknown, expired, revoked and used tokens look alike',
  E15: 'sign-in, reset and invitation reveal no accounts',
  E16: 'names that look alike, and names that do not',
  E17: 'the unique index decides about a name',
  E18: 'an index that cannot be built stops the start',
  E19: 'the personal organisation’s name is taken',
  E20: 'the personal organisation stays with its owner',
  E21: 'a name that was given up is taken over at once',
  E22: 'a token is refused on the very next request',
  E23: 'tokens that are forged, foreign or of another kind',
  E24: 'signing keys rotate with overlap',
  E25: 'a refresh token is used twice',
  E26: 'an API key does more than its role or its issuer may',
  E27: 'a socket outlives its token',
  E28: 'somebody removed or demoted sees what comes after',
  E29: 'exactly one last message for who was removed',
  E30: 'a role sees fields of another, live, in replay or in an error',
  E31: 'gap or duplicate between snapshot and stream',
  E32: 'an asynchronous check reorders events',
  E33: 'Socket.IO restores rooms from before a revocation',
  E34: 'forged, negative, huge and foreign cursors',
  E35: 'a socket that never reads',
  E36: 'presence counts people, not tabs',
  E37: 'a crash between commit and publication',
  E38: 'a lost resume token or an invalidated change stream',
  E39: 'a MongoDB without transactions',
  E40: 'webhook targets inside the network',
  E41: 'signatures of webhooks',
  E42: 'one hanging webhook endpoint delays another',
  E43: 'the owner of a webhook is demoted',
  E44: 'an idempotency key is used twice',
  E45: 'deleting and restoring an organisation with all that hangs on it',
  E46: 'operators and prototypes in bodies, queries and ids',
  E47: 'inputs that block the event loop',
  E48: 'control characters and secrets in the log',
  E49: 'cursors of lists under inserts, deletes and tampering',
  E50: 'handshakes from pages of other origins',
  E51: 'a closure of a transaction that runs again',
  E52: 'many writers of one organisation',
  E53: 'an export outlives its reader’s access',
  E54: 'a custom role is widened or narrowed',
  E55: 'a cursor from before a restored backup',
  E56: 'a reader who may see none of the last events',
  E57: 'a push to a repository while the pusher is removed',
  E58: 'a key whose issuer is demoted',
  E59: 'a wall clock that jumps',
  E60: 'a shutdown under load',
}

/** What has no part yet in which it could go wrong: presence. */
const notYet = ['E36']
const due = Object.keys(edges).filter((number) => !notYet.includes(number))

const titles = trackedFiles()
  .filter((file) => /^test\/.*\.test\.ts$/.test(file))
  .flatMap((file) =>
    [...read(file).matchAll(/\b(?:it|describe)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(([, , title = '']) => title),
  )
const named = titles.flatMap((title) => title.match(/\bE\d\d\b/g) ?? [])

/** The list from which the numbers come, where it lies beside the tree. */
const list = join(root, '..', 'shared', 'EDGES.md')

describe('edge cases', () => {
  for (const number of due) {
    it(`${number} is tested: ${edges[number]}`, () => {
      expect(named).to.include(number)
    })
  }

  for (const number of notYet) {
    it(`${number} is not due, and no test is named for it: ${edges[number]}`, () => {
      expect(named).not.to.include(number)
    })
  }

  it('have no number in a title that the table does not know', () => {
    expect([...new Set(named)].filter((number) => !(number in edges))).to.deep.equal([])
  })

  if (existsSync(list)) {
    it('are those of the list beside the tree', () => {
      const listed = readFileSync(list, 'utf8').match(/^- E\d\d/gm) ?? []
      expect(listed.map((line) => line.slice(2)).sort()).to.deep.equal(Object.keys(edges).sort())
    })
  } else console.log('The table of edge cases was not compared: the list that it comes from is not here.')
})
