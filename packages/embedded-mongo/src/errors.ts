/**
 * MongoDB's own error codes, as far as the engine answers with them.
 * Source: src/mongo/base/error_codes.yml of the MongoDB server, which drivers rely on.
 */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  HostNotFound: 7,
  UnknownError: 8,
  FailedToParse: 9,
  ProtocolError: 17,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  LockTimeout: 24,
  IndexNotFound: 27,
  PathNotViable: 28,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ConflictingUpdateOperators: 40,
  StaleShardVersion: 63,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  WriteConflict: 112,
  CommandNotSupported: 115,
  ConflictingOperationInProgress: 117,
  FailedToSatisfyReadPreference: 133,
  StaleEpoch: 150,
  InvalidPipelineOperator: 168,
  PrimarySteppedDown: 189,
  RetryChangeStream: 234,
  ExceededTimeLimit: 262,
  PreparedTransactionInProgress: 267,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  InterruptedDueToReplStateChange: 11602,
  StaleConfig: 13388,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  TransactionTooLarge: 257,
  OperationNotSupportedInTransaction: 263,
  InvalidResumeToken: 260,
  TransactionTooOld: 225,
  SnapshotUnavailable: 246,
  SnapshotTooOld: 239,
  KeyTooLong: 17280,
  APIVersionError: 322,
  APIStrictError: 323,
  InvalidIndexSpecificationOption: 197,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  ExceededMemoryLimit: 146,
  UnknownReplWriteConcern: 79,

  ChangeStreamFatalError: 280,
  ChangeStreamHistoryLost: 286,
  QueryPlanKilled: 175,
  NoQueryExecutionPlans: 291,
  CannotIndexParallelArrays: 171,
  NotSingleValueField: 54,
  Location51075: 51075,
  Location51760: 51760,
  Location51091: 51091,
  Location51108: 51108,
  Location15975: 15975,
  Location40353: 40353,
  Location28667: 28667,
  Location28724: 28724,
  Location31274: 31274,
  Location31275: 31275,
  Location15998: 15998,
  Location16410: 16410,
  Location40160: 40160,
  Location40156: 40156,
  Location15947: 15947,
  Location15952: 15952,
  Location15955: 15955,
  Location15958: 15958,
  Location15959: 15959,
  Location15969: 15969,
  Location15973: 15973,
  Location15976: 15976,
  Location15983: 15983,
  Location16020: 16020,
  Location16612: 16612,
  Location16702: 16702,
  Location17083: 17083,
  Location17124: 17124,
  Location17276: 17276,
  Location28664: 28664,
  Location28689: 28689,
  Location28808: 28808,
  Location28809: 28809,
  Location28810: 28810,
  Location28811: 28811,
  Location28818: 28818,
  Location31119: 31119,
  Location31120: 31120,
  Location40081: 40081,
  Location40147: 40147,
  Location40148: 40148,
  Location40149: 40149,
  Location40158: 40158,
  Location40228: 40228,
  Location40231: 40231,
  Location40234: 40234,
  Location40238: 40238,
  Location40272: 40272,
  Location40323: 40323,
  Location51272: 51272,
  Location5107200: 5107200,
  Location31249: 31249,
  Location31250: 31250,
  Location31253: 31253,
  Location31254: 31254,
  Location51270: 51270,
  Location40324: 40324,
  IDLUnknownField: 40415,
  IDLFailedToParse: 40414,
  BSONObjectTooLarge: 10334,
  NotARetryableWriteCommand: 50768,
  UnsatisfiableWriteConcern: 100,
  InvalidUUID: 207,
  CursorKilled: 237,
  AmbiguousIndexKeyPattern: 181,
  CursorInUse: 12051,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  NotImplemented: 238,
  SearchNotEnabled: 31082,
} as const

export type ErrorName = keyof typeof errorCodes

/** As MongoDB calls a code; one without a name of its own is called after its number. */
const nameOf = (code: number): ErrorName | `Location${number}` =>
  (Object.keys(errorCodes) as ErrorName[]).find((name) => errorCodes[name] === code) ?? `Location${code}`

/** A command's refusal, in the form in which a driver expects it. */
export class CommandError extends Error {
  readonly code: number
  readonly codeName: ErrorName | `Location${number}`
  readonly errorLabels: readonly string[]
  /** Further fields of the answer, such as `keyPattern` and `keyValue` of a duplicate key. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(
    error: ErrorName | number,
    message: string,
    {
      errorLabels = [],
      fields = {},
    }: { errorLabels?: readonly string[]; fields?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message)
    this.name = 'CommandError'
    this.code = typeof error === 'number' ? error : errorCodes[error]
    this.codeName = typeof error === 'number' ? nameOf(error) : error
    this.errorLabels = errorLabels
    this.fields = fields
  }
}

const interruptions: readonly number[] = [
  errorCodes.LockTimeout,
  errorCodes.Interrupted,
  errorCodes.MaxTimeMSExpired,
  errorCodes.CursorKilled,
  errorCodes.ExceededTimeLimit,
  errorCodes.InterruptedAtShutdown,
  errorCodes.InterruptedDueToReplStateChange,
]

/** MongoDB's category "interruption": it ends a whole command, not one of its statements. */
export const isInterruption = ({ code }: CommandError): boolean => interruptions.includes(code)

/** What a MongoDB server that is not Atlas says of search indexes. */
export const searchNotEnabled = (): CommandError =>
  new CommandError(
    'SearchNotEnabled',
    'Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires additional ' +
      'configuration. The embedded engine has no search.',
  )
