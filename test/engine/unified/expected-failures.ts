/** Tests that fail with a reason: a feature that the engine does not claim, or a habit of the official driver. */
interface ExpectedFailures {
  readonly feature: string
  readonly reason: string
  /** `area/file` for all tests of a file that are for this server, or `area/file: description`. */
  readonly tests: readonly string[]
}

/** For this engine. At most one in twenty, and none in transactions, sessions, retryable writes and indexes. */
export const expectedFailures: readonly ExpectedFailures[] = [
  {
    feature: 'collations',
    reason: 'The engine compares strings by their bytes alone and refuses a collation.',
    tests: [
      'crud/bulkWrite-collation',
      'crud/deleteMany-collation',
      'crud/deleteOne-collation',
      'crud/find-collation',
      'crud/findOneAndDelete-collation',
      'crud/findOneAndReplace-collation',
      'crud/updateMany-collation',
      'crud/updateOne-collation',
    ],
  },
  {
    feature: 'capped collections and tailable cursors',
    reason: 'The engine keeps documents in the order of their _id, not of their insertion.',
    tests: [
      'run-command/runCursorCommand: does not close the cursor when receiving an empty batch',
      'unified-test-format/collectionData-createOptions',
    ],
  },
  {
    feature: 'views',
    reason: 'The engine has no collections that are computed.',
    tests: ['crud/estimatedDocumentCount: estimatedDocumentCount works correctly on views'],
  },
  {
    feature: 'validators',
    reason: 'The engine checks no schemas.',
    tests: ['crud/findOneAndUpdate-errorResponse: findOneAndUpdate document validation errInfo is accessible'],
  },
  {
    feature: 'mapReduce',
    reason: 'The driver has no such method, and the engine runs no JavaScript.',
    tests: [
      'read-write-concern/default-write-concern-3.4: MapReduce omits default write concern',
      'retryable-reads/mapReduce',
    ],
  },
  {
    feature: 'bypassDocumentValidation: false',
    reason: 'The driver leaves out what is false.',
    tests: [
      'crud/bypassDocumentValidation: Aggregate with $out passes bypassDocumentValidation: false',
      'crud/bypassDocumentValidation: BulkWrite passes bypassDocumentValidation: false',
      'crud/bypassDocumentValidation: FindOneAndReplace passes bypassDocumentValidation: false',
      'crud/bypassDocumentValidation: FindOneAndUpdate passes bypassDocumentValidation: false',
      'crud/bypassDocumentValidation: InsertMany passes bypassDocumentValidation: false',
    ],
  },
  {
    feature: 'an _id of null',
    reason: 'The driver puts an ObjectId in its place.',
    tests: [
      'crud/create-null-ids: inserting _id with type null via insertOne',
      'crud/create-null-ids: inserting _id with type null via insertMany',
      'crud/create-null-ids: inserting _id with type null via bulkWrite',
    ],
  },
  {
    feature: 'how a file of GridFS is asked for',
    reason: 'The driver asks by {_id: {$eq: id}}, where the test expects {_id: id}.',
    tests: [
      'retryable-reads/gridfs-download: Download succeeds on first attempt',
      'retryable-reads/gridfs-download: Download succeeds on second attempt',
      'retryable-reads/gridfs-download: Download fails on first attempt',
      'retryable-reads/gridfs-download: Download fails on second attempt',
    ],
  },
  {
    feature: 'expanded events of change streams',
    reason: 'The engine tells of documents, drops and their like, not of indexes, options and ambiguous paths.',
    tests: [
      'change-streams/change-streams-disambiguatedPaths: disambiguatedPaths is present on updateDescription when an ambiguous path is present',
      'change-streams/change-streams-disambiguatedPaths: disambiguatedPaths returns array indices as integers',
      'change-streams/change-streams-showExpandedEvents: when provided, showExpandedEvents is sent as a part of the aggregate command',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, new fields on change stream events are handled appropriately',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, createIndex events are reported',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, dropIndexes events are reported',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, create events are reported',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, create events on views are reported',
      'change-streams/change-streams-showExpandedEvents: when showExpandedEvents is true, modify events are reported',
    ],
  },
  {
    feature: 'time series',
    reason: 'The engine has no collections of measurements.',
    tests: ['collection-management/timeseries-collection'],
  },
  {
    feature: 'images of documents before a change',
    reason: 'The engine keeps none.',
    tests: ['collection-management/modifyCollection-pre_and_post_images'],
  },
]

const nameOf = (file: string, description: string): string => `${file}: ${description}`

/** Why this test may fail, or undefined if it must pass. */
export const expectedFailure = (file: string, description: string): ExpectedFailures | undefined =>
  expectedFailures.find(({ tests }) => tests.includes(file) || tests.includes(nameOf(file, description)))
