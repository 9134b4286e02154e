/**
 * The contract’s types as whoever installs the SDK gets them. Inside, they are inferred from zod schemas, which would
 * make zod’s own types a dependency of every user’s compilation; here the compiler writes them out.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Operation } from '../packages/contract/src/operation.ts'
import { operations } from '../packages/contract/src/operations.ts'

const contract = fileURLToPath(new URL('../packages/contract/src/', import.meta.url))
const root = fileURLToPath(new URL('../', import.meta.url))

/** Shapes that are written out under their own names, as they are called in `types.ts`. */
const shapes = {
  EventType: 'all.EventType',
  AnyEvent: 'all.AnyEvent',
  EventDataByType: '{ [Type in all.EventType]: all.EventData<Type> }',
  Account: 'all.Account',
  Organisation: 'all.Organisation',
  Member: 'all.Member',
  Invitation: 'all.Invitation',
  ReceivedInvitation: 'all.ReceivedInvitation',
  BillingDetails: 'all.BillingDetails',
  Invoice: 'all.Invoice',
  InvoiceSummary: 'all.InvoiceSummary',
  Role: 'all.Role',
  Preview: 'all.Preview',
  Session: 'all.Session',
  SessionInfo: 'all.SessionInfo',
  Application: 'all.Application',
  Repository: 'all.Repository',
  Commit: 'all.Commit',
  AccessToken: 'all.AccessToken',
  ApiKey: 'all.ApiKey',
  Webhook: 'all.Webhook',
  WebhookDelivery: 'all.WebhookDelivery',
  WholeWebhookDelivery: 'all.WholeWebhookDelivery',
  WebhookAttempt: 'all.WebhookAttempt',
}
/** Modules without schemas, taken as the compiler declares them. */
const plainModules = ['permissions.ts', 'problems.ts', 'live/messages.ts']

/** What `packages/contract/src/types.ts` derives, on top of the tables that are written out below. */
const derived = `
export declare const operations: { readonly [F in Feature]: { readonly [Name in OperationName<F>]: Operation } }
export type Features = { readonly [F in keyof Calls]: { readonly [Name in keyof Calls[F]]: Calls[F][Name] } }
export type Feature = keyof Calls
export type OperationName<F extends Feature> = keyof Calls[F]
type Part<Call, Name extends string> = Call extends { readonly [Key in Name]: infer Value } ? Value : never
export type Input<F extends Feature, Name extends OperationName<F>> = Part<Calls[F][Name], 'input'>
export type Answer<F extends Feature, Name extends OperationName<F>> = Part<Calls[F][Name], 'answer'>
export type EventData<Type extends EventType> = EventDataByType[Type]
/** An event whose \`type\` tells the shape of its \`data\`. */
export type RolecallEvent = {
  [Type in EventType]: Omit<AnyEvent, 'type' | 'data'> & { type: Type; data: EventData<Type> }
}[EventType]
export type EventOfType<Type extends EventType> = Extract<RolecallEvent, { type: Type }>
`

/** Writes the types into `folder`. Answers the path of their entry. */
export function writeContractTypes(folder: string): string {
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text.replaceAll(/(from ['"]\..*?)\.ts(['"])/g, '$1.js$2'))
  }
  const { program, typeOf } = openProgram()
  for (const name of plainModules) {
    const declare = (_: string, text: string) => write(name.replace(/\.ts$/, '.d.ts'), text)
    program.emit(program.getSourceFile(join(contract, name)), declare, undefined, true)
  }
  const named = Object.keys(shapes).map((name) => `export type ${name} = ${typeOf(name)}`)
  const calls = entries(operations).map(([feature, table]) => {
    const lines = entries<Operation>(table).map(([name, { list, previews }]) => {
      const [input, answer] = [typeOf(`Input_${feature}_${name}`), typeOf(`Answer_${feature}_${name}`)]
      return `${name}: { input: ${input}; answer: ${answer}${list === true ? '; list: true' : ''}${previews === true ? '; previews: true' : ''} }`
    })
    return `${feature}: { ${lines.join('\n')} }`
  })
  const operation = program.getSourceFile(join(contract, 'operation.ts'))?.statements ?? []
  const plain = operation.map((statement) => statement.getFullText()).filter((text) => !/\bzod\b|\bz\./.test(text))
  write('operation.d.ts', plain.join(''))
  const head = "import type { Operation } from './operation.ts'"
  write('types.d.ts', [head, ...named, `export interface Calls { ${calls.join('\n')} }`, derived].join('\n'))
  const modules = [...plainModules, 'operation.ts', 'types.ts']
  write('index.d.ts', modules.map((name) => `export * from './${name}'`).join('\n'))
  return join(folder, 'index.d.ts')
}

/** A program with one more file, which names every type that is wanted. */
function openProgram() {
  const probe = join(contract, 'written-out.ts')
  const aliases = entries(operations).flatMap(([feature, table]) =>
    Object.keys(table).flatMap((name) =>
      ['Input', 'Answer'].map(
        (kind) => `export type ${kind}_${feature}_${name} = Flat<all.${kind}<'${feature}', '${name}'>>`,
      ),
    ),
  )
  const source = [
    "import type * as all from './types.ts'",
    'type Flat<T> = T extends object ? (T extends infer O ? { [K in keyof O]: O[K] } : never) : T',
    ...entries(shapes).map(([name, type]) => `export type ${name} = Flat<${type}>`),
    ...aliases,
  ].join('\n')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  )
  const declaring = { ...options, types: [], noEmit: false, declaration: true, emitDeclarationOnly: true }
  const host = ts.createCompilerHost(declaring)
  const { getSourceFile, fileExists } = host
  host.fileExists = (path) => path === probe || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === probe ? ts.createSourceFile(path, source, ts.ScriptTarget.Latest) : getSourceFile(path, ...rest)
  const program = ts.createProgram([probe, join(contract, 'index.ts')], declaring, host)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(probe)
  const symbols = file === undefined ? [] : checker.getExportsOfModule(symbolOf(checker, file))
  const printer = ts.createPrinter()
  const flags =
    ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias | ts.NodeBuilderFlags.MultilineObjectLiterals
  const typeOf = (name: string): string => {
    const symbol = symbols.find((one) => one.name === name)
    const node = symbol && checker.typeToTypeNode(checker.getDeclaredTypeOfSymbol(symbol), undefined, flags)
    if (file === undefined || node === undefined) throw new Error(`The contract has no type ${name}`)
    return printer.printNode(ts.EmitHint.Unspecified, node, file)
  }
  return { program, typeOf }
}

function symbolOf(checker: ts.TypeChecker, file: ts.SourceFile): ts.Symbol {
  const symbol = checker.getSymbolAtLocation(file)
  if (symbol === undefined) throw new Error(`${file.fileName} is no module`)
  return symbol
}

function entries<Value>(table: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(table)
}
