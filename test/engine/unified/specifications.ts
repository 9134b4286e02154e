import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BSON } from 'mongodb'
import type { Test, TestFile } from './format.ts'

/**
 * MongoDB's own tests are data beside the repository, not a part of it. `MONGODB_SPECS` names their folder where it is
 * another one.
 */
export const folder = process.env.MONGODB_SPECS
  ? resolve(process.env.MONGODB_SPECS)
  : resolve(import.meta.dirname, '../../../..', 'shared/mongodb-specs')

export const areHere = (): boolean => existsSync(join(folder, 'unified-test-format'))

/** A format of its own: it tests no server. */
const otherFormats = ['bson-corpus']

/** One test, and the file that it stands in. */
export interface Case {
  readonly area: string
  /** `crud/find`: the area and the file's name. */
  readonly name: string
  readonly file: TestFile
  readonly test: Test
}

export const areas = (): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !otherFormats.includes(entry.name))
    .map(({ name }) => name)
    .sort()

/**
 * With ten times as long for clients to give up, and for what makes them: on a machine that does other things too, the
 * tenth of a second that their authors wrote is over before answers come that nobody keeps back.
 */
const stretched = (text: string): string => text.replace(/"(?:socketTimeoutMS|blockTimeMS)": *\d+/g, '$&0')

export const casesOf = (area: string): readonly Case[] =>
  readdirSync(join(folder, area))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((fileName) => {
      const file = BSON.EJSON.parse(stretched(readFileSync(join(folder, area, fileName), 'utf8'))) as TestFile
      const name = `${area}/${fileName.slice(0, -'.json'.length)}`
      return file.tests.map((test) => ({ area, name, file, test }))
    })
