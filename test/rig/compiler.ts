/** TypeScript as `npm run lint` runs it, on files that differ from those on the disk. */
import { join, relative, resolve } from 'node:path'
import ts from 'typescript'
import { root } from './docs.ts'

/** Changes a file before it is compiled. */
export type Edits = Readonly<Record<string, (source: string) => string>>

const options = (): ts.CompilerOptions => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options
}

const unchanged = new Map<string, ts.SourceFile | undefined>()
let before: ts.Program | undefined

/** What the compiler says about these files, given by their paths from the root, after the edits. */
export function compile(files: readonly string[], edits: Edits = {}): string[] {
  const host = ts.createCompilerHost(options(), true)
  const { getSourceFile, readFile } = host
  const edited = new Map(Object.entries(edits).map(([file, edit]) => [resolve(root, file), edit]))
  const textOf = (path: string): string | undefined => {
    const text = readFile(path)
    const edit = edited.get(path)
    if (text === undefined || edit === undefined) return text
    const changed = edit(text)
    if (changed === text) throw new Error(`the edit of ${relative(root, path)} found nothing to change`)
    return changed
  }
  host.readFile = textOf
  host.getSourceFile = (path, version, ...more) => {
    if (edited.has(resolve(path))) return ts.createSourceFile(path, textOf(resolve(path)) ?? '', version, true)
    if (!unchanged.has(path)) unchanged.set(path, getSourceFile(path, version, ...more))
    return unchanged.get(path)
  }
  const rootNames = [...new Set([...files, ...Object.keys(edits)])].map((file) => resolve(root, file))
  const program = ts.createProgram({ rootNames, options: options(), host, ...(before && { oldProgram: before }) })
  before = program
  return rootNames.flatMap((path) => {
    const source = program.getSourceFile(path)
    if (source === undefined) return [`${relative(root, path)} is not there`]
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${relative(root, path)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  })
}
