/** Runs what documents show, as somebody would who copies it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Block, blocksOf, root } from './docs.ts'
import { aFreePort } from './free-port.ts'
import { startServer } from './server.ts'
import { atEnd } from './teardown.ts'

export interface Snippet extends Block {
  /** What it prints, by the block of text that follows. Undefined: it ends by itself. */
  readonly prints: string | undefined
  readonly inAnyOrder: boolean
}

/** The TypeScript of a document that can be run: not what is to be inserted somewhere. */
export function snippetsOf(file: string): Snippet[] {
  const blocks = blocksOf(file)
  return blocks.flatMap((block, index) => {
    if (block.language !== 'ts' || block.note !== '') return []
    const next = blocks[index + 1]
    const prints = next?.language === 'text' ? next.code : undefined
    return [{ ...block, prints, inAnyOrder: next?.note === 'any order' }]
  })
}

/** Where the packages that a snippet imports are found, as in a project that has installed them. */
function folderOf(code: string): string {
  const project = code.includes("from 'express'") ? 'examples/express-guard' : 'test'
  return join(root, project, 'node_modules', '.snippets')
}

export function writeSnippet({ file, line, code }: Block, url?: string): string {
  const folder = folderOf(code)
  mkdirSync(folder, { recursive: true })
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, `${file.replaceAll('/', '-')}-${line}.mts`)
  writeFileSync(path, url === undefined ? `${code}\nexport {}\n` : at(url, code))
  return path
}

/** What is said of the server that `npm start` starts, said of this one. */
export function at(url: string, text: string): string {
  return text.replaceAll('http://127.0.0.1:3000', url)
}

/** What listens does so on a port that is free here, and is asked there. */
async function onAFreePort<Shown extends Block>(shown: Shown): Promise<Shown> {
  const port = /\.listen\((\d+),/.exec(shown.code)?.[1]
  return port === undefined ? shown : { ...shown, code: shown.code.replaceAll(port, `${await aFreePort()}`) }
}

/** Runs a snippet against a server of its own, until it has printed what it should or ends. Answers what it printed. */
export async function run(snippet: Snippet): Promise<string> {
  const server = await startServer()
  const path = writeSnippet(await onAFreePort(snippet), server.url)
  const child = spawn(process.execPath, ['--import', 'tsx', path], {
    // What it writes goes there too.
    cwd: folderOf(snippet.code),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEnd(async () => void child.kill())
  try {
    const expected = snippet.prints?.split('\n').length ?? Number.POSITIVE_INFINITY
    return await outputOf(child, (output) => output.split('\n').length > expected)
  } finally {
    child.kill()
    await server.close()
  }
}

/** What was printed, as it compares with what stands in the document. */
export function linesOf(text: string, { inAnyOrder }: Pick<Snippet, 'inAnyOrder'>): string[] {
  const lines = text.trim().split('\n')
  return inAnyOrder ? lines.sort() : lines
}

/** Resolves once that is enough or the program has ended; rejects when it fails. */
export async function outputOf(child: ChildProcess, isEnough: (output: string) => boolean): Promise<string> {
  let output = ''
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const enough = new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (isEnough(output)) resolve()
    })
  })
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0 && !isEnough(output)) throw new Error(`ended with ${code}\n${output}\n${errors}`)
  })
  await Promise.race([enough, ended])
  return output
}
