/**
 * MongoDB's own error codes, as far as the engine answers with them.
 * Source: src/mongo/base/error_codes.yml of the MongoDB server, which drivers rely on.
 */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  ProtocolError: 17,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
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
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  ShutdownInProgress: 91,
  WriteConflict: 112,
  CommandNotSupported: 115,
  ConflictingOperationInProgress: 117,
  InvalidPipelineOperator: 168,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  TransactionTooLarge: 257,
  OperationNotSupportedInTransaction: 263,
  InvalidResumeToken: 260,
  TransactionTooOld: 225,
  SnapshotUnavailable: 246,
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
  Location31249: 31249,
  Location31250: 31250,
  Location31253: 31253,
  Location31254: 31254,
  Location51270: 51270,
  Location40324: 40324,
  IDLUnknownField: 40415,
  IDLFailedToParse: 40414,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  NotImplemented: 238,
} as const

export type ErrorName = keyof typeof errorCodes

/** A command's refusal, in the form in which a driver expects it. */
export class CommandError extends Error {
  readonly code: number
  readonly codeName: ErrorName
  readonly errorLabels: readonly string[]
  /** Further fields of the answer, such as `keyPattern` and `keyValue` of a duplicate key. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(
    codeName: ErrorName,
    message: string,
    {
      errorLabels = [],
      fields = {},
    }: { errorLabels?: readonly string[]; fields?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message)
    this.name = 'CommandError'
    this.code = errorCodes[codeName]
    this.codeName = codeName
    this.errorLabels = errorLabels
    this.fields = fields
  }
}
