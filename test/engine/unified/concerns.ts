import {
  type Document,
  ReadConcern,
  type ReadConcernLevel,
  ReadPreference,
  type ReadPreferenceMode,
  WriteConcern,
} from 'mongodb'
import { checkKeys } from './format.ts'

/** The format's concerns and preferences as the driver's, in options of any kind. */
export const withConcerns = (options: Document): Document => {
  const converted: Document = { ...options }
  if (options.readConcern) {
    checkKeys('A read concern', options.readConcern, ['level'])
    converted.readConcern = new ReadConcern(options.readConcern.level as ReadConcernLevel)
  }
  if (options.writeConcern) {
    checkKeys('A write concern', options.writeConcern, ['w', 'journal', 'wtimeoutMS'])
    const { w, journal, wtimeoutMS } = options.writeConcern
    converted.writeConcern = new WriteConcern(w, wtimeoutMS, journal)
  }
  if (options.readPreference) {
    checkKeys('A read preference', options.readPreference, ['mode', 'tagSets', 'maxStalenessSeconds', 'hedge'])
    const { mode, tagSets, ...more } = options.readPreference
    converted.readPreference = new ReadPreference(mode as ReadPreferenceMode, tagSets, more)
  }
  return converted
}
