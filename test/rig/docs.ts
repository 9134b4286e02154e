/** What stands in our documentation, for the tests that hold it against the tree and run what it shows. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every file that git knows and that is there, relative to the root. */
export function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0')
  return listed.split('\0').filter((file) => file !== '' && !deleted.includes(file))
}

export const documents: readonly string[] = trackedFiles().filter((file) => file.endsWith('.md'))

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

export interface Block {
  readonly file: string
  readonly line: number
  readonly language: string
  /** What stands behind the language. */
  readonly note: string
  readonly code: string
}

/** The fenced blocks of a document, in order. */
export function blocksOf(file: string): Block[] {
  const blocks: Block[] = []
  let open: { indent: string; line: number; language: string; note: string; lines: string[] } | undefined
  read(file)
    .split('\n')
    .forEach((text, index) => {
      const fence = /^(\s*)```\s*(\S*)\s*(.*)$/.exec(text)
      if (open === undefined && fence !== null) {
        const [, indent = '', language = '', note = ''] = fence
        open = { indent, line: index + 1, language, note, lines: [] }
      } else if (open !== undefined && fence !== null) {
        const { line, language, note, lines } = open
        blocks.push({ file, line, language, note, code: lines.join('\n') })
        open = undefined
      } else if (open !== undefined) {
        open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text)
      }
    })
  if (open !== undefined) throw new Error(`${file}:${open.line}: a block that is never closed`)
  return blocks
}

/** A document without its blocks. */
export function proseOf(file: string): string {
  return read(file).replace(/^\s*```[\s\S]*?^\s*```/gm, '')
}
