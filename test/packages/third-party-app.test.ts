import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { sharedServer } from '../rig/server.ts'

const folder = fileURLToPath(new URL('../../examples/third-party-app', import.meta.url))

/** With npm’s words about itself left out. */
async function start(url: string): Promise<{ stdout: string; stderr: string; code: number }> {
  const run = promisify(execFile)('npm', ['start', '--silent'], {
    cwd: folder,
    env: { ...process.env, ROLECALL_URL: url, NO_COLOR: '1' },
  })
  return run.then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
}

describe('the example of a third-party app', () => {
  it('runs from sign-up to cleaning up, and hears of everything live', async () => {
    const { stdout, stderr, code } = await start((await sharedServer()).url)
    expect([stderr, code]).to.deep.equal(['', 0])
    expect(stdout.trim().split('\n').slice(1)).to.deep.equal([
      '  live  3  member.added  by Ada Lovelace',
      '  live  4  member.role_changed  by Ada Lovelace',
      '        Grace Hopper: developer → manager',
      'Grace may now manage members: true',
      'Grace may not delete the organisation: This needs the permission organisation:delete, which your role does not have.',
      'Cleaned up.',
    ])
  })

  it('says what to do when there is no server', async () => {
    const { stderr, code } = await start('http://127.0.0.1:1')
    expect(stderr.trim()).to.equal(
      'Rolecall could not be reached. Is a server running at http://127.0.0.1:1? Start one with `npm start`.',
    )
    expect(code).to.equal(1)
  })
})
