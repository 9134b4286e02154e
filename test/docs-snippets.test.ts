import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { compile } from './rig/compiler.ts'
import { blocksOf, documents, root } from './rig/docs.ts'
import { packing } from './rig/packing.ts'
import { sharedServer } from './rig/server.ts'
import { at, linesOf, outputOf, run, snippetsOf, writeSnippet } from './rig/snippets.ts'

const commands = documents
  .flatMap((file) => blocksOf(file).map((block, index, blocks) => ({ ...block, next: blocks[index + 1] })))
  .filter(({ language }) => language === 'sh')
  .flatMap(({ file, code, next }) => code.split('\n').map((command) => ({ file, command, next })))
  .filter(({ command }) => command.trim() !== '')

describe('what the documentation shows', () => {
  const snippets = documents.flatMap(snippetsOf)

  it('is checked by the compiler, as strictly as our own code', function () {
    this.timeout(300_000)
    expect(compile(snippets.map((snippet) => writeSnippet(snippet)))).to.deep.equal([])
  })

  for (const snippet of snippets) {
    it(`runs, and prints what stands below it: ${snippet.file}:${snippet.line}`, async () => {
      const output = await run(snippet)
      if (snippet.prints !== undefined) {
        expect(linesOf(output, snippet)).to.deep.equal(linesOf(snippet.prints, snippet))
      }
    })
  }

  for (const { file, command, next } of commands) {
    it(`has a command that can be given: ${command} (${file})`, async function () {
      if (command.startsWith('curl ')) {
        const { url } = await sharedServer()
        const child = spawn('bash', ['-c', at(url, `${command.replace('curl ', 'curl --fail ')}`)], { cwd: root })
        child.on('error', () => this.skip())
        expect(JSON.parse(await outputOf(child, () => false))).to.be.an('object')
      } else if (command.startsWith('printf ')) {
        const child = spawn('bash', ['-o', 'pipefail', '-c', command])
        child.on('error', () => this.skip())
        expect((await outputOf(child, () => false)).trim()).to.equal(next?.code)
      } else expect(isPossible(command), command).to.equal(true)
    })
  }
})

/** Whether scripts and files that a command names are there. That they work is tested where they are at home. */
function isPossible(command: string): boolean {
  const words = command.replace(/^(\w+='[^']*' |\w+=\S+ )+/, '').split(' ')
  const [program, verb = '', ...rest] = words
  const files = words.filter((word) => /\.\w+$/.test(word) && word.includes('/'))
  if (!files.every((file) => existsSync(join(root, file)))) return false
  if (program === 'node') return files.length > 0
  // Run as it stands by test/packages/sdk-package.test.ts, where that is what is packed.
  if (program === 'npx') return command === packing
  if (program !== 'npm') return false
  const prefix = rest[rest.indexOf('--prefix') + 1]
  const folder = rest.includes('--prefix') ? (prefix ?? '') : '.'
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return (verb === 'run' ? (rest[0] ?? '') : verb) in scripts
}
