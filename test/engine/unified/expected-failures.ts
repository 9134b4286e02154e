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
    feature: 'lists of sessions',
    reason: 'The engine keeps no list of the sessions that it has seen.',
    tests: ['crud/db-aggregate-rawdata', 'crud/db-aggregate'],
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
]

const nameOf = (file: string, description: string): string => `${file}: ${description}`

/** Why this test may fail, or undefined if it must pass. */
export const expectedFailure = (file: string, description: string): ExpectedFailures | undefined =>
  expectedFailures.find(({ tests }) => tests.includes(file) || tests.includes(nameOf(file, description)))
