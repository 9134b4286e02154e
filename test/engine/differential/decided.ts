/**
 * Where SecantusDB differs from what MongoDB documents or does, and the embedded engine does not. Each rule is as narrow
 * as it can be told: a difference that fits none is a failure of the test.
 */
import { type Document, EJSON } from 'bson'
import type { Operation } from './operations.ts'
import type { Difference } from './play.ts'
import { mistakes } from './updates.ts'

/** A difference in a form that rules can look into. */
interface Seen {
  readonly operation: Operation
  readonly kind: Difference['kind']
  /** All of the command as text. */
  readonly text: string
  readonly before: string
  readonly ours: Outcome
  readonly theirs: Outcome
}

interface Outcome {
  readonly text: string
  /** Of the command, or of its statements that failed. */
  readonly codes: readonly number[]
}

interface Rule {
  readonly what: string
  readonly source: string
  readonly fits: (seen: Seen) => boolean
}

const manual = 'https://www.mongodb.com/docs/v7.0'
const server = 'https://github.com/mongodb/mongo/blob/r7.0.0/src/mongo'

/** We refuse a command or a statement with one of the codes, which they do not. */
const refusedByUsAlone = ({ ours, theirs }: Seen, ...codes: readonly number[]): boolean =>
  ours.codes.length > theirs.codes.length && ours.codes.some((code) => codes.includes(code))

const bothAccept = ({ ours, theirs }: Seen): boolean => ours.codes.length === 0 && theirs.codes.length === 0

/** The same in another order: of fields or of elements. */
const isReordered = ({ ours, theirs }: Seen): boolean =>
  ours.text !== theirs.text && [...ours.text].sort().join('') === [...theirs.text].sort().join('')

const isUpdating = ({ operation }: Seen): boolean => ['update', 'findAndModify'].includes(operation.name)

const rules: readonly Rule[] = [
  {
    what: 'A path with $, $[] or $[x] is an error where the array is not there.',
    source: `${manual}/reference/operator/update/positional-all/#upsert`,
    fits: (seen) =>
      isUpdating(seen) && seen.ours.codes.includes(2) && /"\w+(\.\w+)*\.\$(\[x?\])?(\.\w+)?":/.test(seen.text),
  },
  {
    what: 'A mistake in an update is one though no document matches: it is parsed before documents are looked for.',
    source: `${server}/db/update/update_driver.cpp`,
    fits: (seen) => {
      if (!isUpdating(seen) || !refusedByUsAlone(seen, 2, 9, 14, 40, 52, 56)) return false
      const isUnmatched = /"(n|nModified)":\{"\$numberInt":"0"\}/.test(seen.theirs.text)
      return isUnmatched || seen.ours.codes.includes(40) || mistakes.some((one) => seen.text.includes(one))
    },
  },
  {
    what: 'An _id is neither array nor regular expression.',
    source: `${manual}/core/document/#the-_id-field`,
    fits: (seen) => refusedByUsAlone(seen, 2, 53) && /"_id":(\[|\{"\$regularExpression")/.test(seen.text),
  },
  {
    what: 'Fields of an _id that begin with $ are refused as such.',
    source: `${server}/bson/bsonobj.cpp`,
    fits: ({ operation, ours, theirs, text }) =>
      operation.name === 'insert' && ours.codes.includes(52) && theirs.codes.includes(2) && text.includes('"$x"'),
  },
  {
    what: 'Of several unique indexes that refuse a document, the first is named: that of _id.',
    source: `${server}/db/index/index_access_method.cpp`,
    fits: ({ ours, theirs }) =>
      ours.codes.includes(11000) && theirs.codes.includes(11000) && /"keyPattern":\{"_id":/.test(ours.text),
  },
  {
    what: 'Only an equality of a filter goes into the document of an upsert: no $elemMatch, no regular expression.',
    source: `${manual}/reference/method/db.collection.updateOne/#upsert-with-duplicate-values`,
    fits: (seen) =>
      isUpdating(seen) &&
      /"upsert":true/.test(seen.text) &&
      /\$elemMatch|\$regularExpression/.test(filtersOf(seen)) &&
      (hasTakenCondition(seen) || isReordered(seen)),
  },
  {
    what: 'A filter that says twice what a field equals makes no document.',
    source: `${server}/db/pathsupport.cpp`,
    fits: (seen) => isUpdating(seen) && seen.ours.codes.includes(54) && /"upsert":true/.test(seen.text),
  },
  {
    what: 'An accumulator of $group takes any expression, also a constant.',
    source: `${manual}/reference/operator/aggregation/group/#syntax`,
    fits: ({ theirs, text }) =>
      theirs.codes.some((code) => code === 168 || code === 28689) && text.includes('"$group":'),
  },
  {
    what: '$count gives no document where none comes in, as the $group does that it stands for.',
    source: `${manual}/reference/operator/aggregation/count/#behavior`,
    fits: ({ ours, theirs, text }) =>
      ours.text === '[]' &&
      text.includes('"$count":"') &&
      /^\["\{\\"\w\\":\{\\"\$numberInt\\":\\"0\\"\}\}"\]$/.test(theirs.text),
  },
  {
    what: 'Paths of a projection may not lie within each other.',
    source: `${manual}/reference/operator/aggregation/project/#path-collision-errors-in-embedded-fields`,
    fits: ({ ours }) => ours.codes.some((code) => code === 31249 || code === 31250),
  },
  {
    what: '$all is an $and of its values: { $all: [null] } also finds documents without the field.',
    source: `${manual}/reference/operator/query/all/#equivalent-to--and-operation`,
    fits: (seen) => seen.ours.codes.length === 0 && /"\$all":\[([^\]]*,)?null/.test(seen.text),
  },
  {
    what: 'A comparison with a regular expression is a mistake, whatever stands beside it.',
    source: `${manual}/reference/operator/query/ne/`,
    fits: (seen) => refusedByUsAlone(seen, 2) && /"\$(ne|gte?|lte?)":\{"\$regularExpression"/.test(seen.text),
  },
  {
    what: '$add and $multiply of what is not there are null, also with one operand.',
    source: `${manual}/reference/operator/aggregation/add/`,
    fits: (seen) => /"\$(add|multiply)":\["[^"]*"\]/.test(seen.text),
  },
  {
    what: 'A path that goes on below an array gives an array, if there is nothing an empty one.',
    source: `${server}/db/pipeline/expression.cpp (evaluatePathArray)`,
    fits: (seen) => /"\$(\$ROOT\.)?\w(\.\w)+"/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'The fields of an update are made in the order of their names, whatever the operators.',
    source: `${manual}/reference/operator/update/#update-operators-behavior`,
    fits: (seen) => isUpdating(seen) && isReordered(seen) && operatorsOf(seen).size > 1,
  },
  {
    what: 'Elements without the field by which $push sorts are equal: in which order they stay is not said.',
    source: `${manual}/reference/operator/update/sort/#behavior`,
    fits: (seen) => isUpdating(seen) && bothAccept(seen) && /"\$push":.*"\$sort":\{"\w"/.test(seen.text),
  },
  {
    what: 'In a pipeline a number is the name of a field, never a position.',
    source: `${manual}/core/field-paths/`,
    fits: (seen) => /"\$(addFields|set|project|unset)":[^}]*"\w(\.\w)*\.\d/.test(seen.text) && isPipeline(seen),
  },
  {
    what: 'An empty array at a position sorts before null, as any empty array does.',
    source: `${manual}/reference/bson-type-comparison-order/#empty-arrays`,
    fits: (seen) => /"\$?sort":\{[^}]*"\w\.\d/.test(seen.text) && seen.before.includes('[]'),
  },
  {
    what: 'Two arrays of one document cannot both be in a sort, be they empty.',
    source: `${manual}/reference/method/cursor.sort/#sort-by-array`,
    fits: (seen) =>
      refusedByUsAlone(seen, 2) && /"\$?sort":\{"[^"}]*":[^,]*,"[abc]/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: '$bit with a long gives a long, also where the field is missing.',
    source: `${server}/util/safe_num.cpp`,
    fits: (seen) => isUpdating(seen) && bothAccept(seen) && /"\$bit":.*"4294967296"/.test(seen.text),
  },
  {
    what: 'Expressions compare values of different types by the order of the types.',
    source: `${manual}/reference/operator/aggregation/lt/`,
    fits: (seen) => bothAccept(seen) && /"\$expr":\{"\$[gl]te?":\[.*(true|false|null|"\$)/.test(seen.text),
  },
  {
    what: 'includeArrayIndex names a path.',
    source: `${server}/db/pipeline/document_source_unwind.cpp`,
    fits: (seen) => seen.text.includes('"includeArrayIndex":"a.i"'),
  },
  {
    what: '$sortByCount takes a path or an expression, whatever the documents are.',
    source: `${manual}/reference/operator/aggregation/sortByCount/`,
    fits: ({ ours }) => ours.codes.some((code) => code >= 40147 && code <= 40149),
  },
  {
    what: 'A computed field below another goes into the document there, and into the place of what is no document.',
    source: `${manual}/reference/operator/aggregation/addFields/#adding-fields-to-an-embedded-document`,
    fits: (seen) =>
      isPipeline(seen) && bothAccept(seen) && /"\$(addFields|set)":\{("\w\.\w|"\w":\{"\w)/.test(seen.text),
  },
  {
    what: 'An array in an array is no document: the field below it is missing, and null in an index.',
    source: `${server}/db/index/btree_key_generator.cpp`,
    fits: ({ ours, theirs }) =>
      ours.codes.includes(11000) && ours.text.includes('"keyPattern":{"a.b":') && ours.text !== theirs.text,
  },
  {
    what: '$elemMatch takes an array in an array for a document without the field.',
    source: `${server}/db/matcher/expression_array.cpp`,
    fits: (seen) => bothAccept(seen) && seen.text.includes('"$elemMatch":') && /\[.*\[/.test(seen.before),
  },
  {
    what: 'A position that an array does not have is nothing, not null.',
    source: `${server}/db/matcher/path.cpp`,
    fits: (seen) =>
      seen.ours.codes.length === 0 && /"\w\.\d[^"]*":.*null/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'A mistake has a code of its own, never that of an internal error.',
    source: `${server}/base/error_codes.yml`,
    fits: ({ ours, theirs }) => ours.codes.length > 0 && !ours.codes.includes(1) && theirs.codes.includes(1),
  },
  {
    what: 'Mistakes in $pullAll, $push and $addToSet have these codes.',
    source: `${server}/db/update (PullAllNode::init, PushNode::init, AddToSetNode::init)`,
    fits: ({ ours, theirs, text }) =>
      [
        ['"$pullAll":{"a":{"$numberInt"', 2, 9],
        ['"$nothing":', 2, 9],
        ['"$addToSet":{"a":{"$each":{"$numberInt"', 14, 2],
      ].some(
        ([mistake, our, their]) =>
          text.includes(String(mistake)) && ours.codes.includes(Number(our)) && theirs.codes.includes(Number(their)),
      ),
  },
  {
    what: 'An element without the field counts as null in a sort.',
    source: `${manual}/reference/bson-type-comparison-order/#arrays`,
    fits: (seen) => /"\$?sort":\{[^}]*"\w\.\w/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'There is no element in an empty array, not even null.',
    source: `${manual}/reference/operator/aggregation/first/#behavior`,
    fits: (seen) => bothAccept(seen) && /"\$(first|last|arrayElemAt)":\[/.test(seen.text) && seen.before.includes('[]'),
  },
  {
    what: '$in and $nin hold no operators, whatever stands beside them.',
    source: `${server}/db/matcher/expression_parser.cpp`,
    fits: (seen) => refusedByUsAlone(seen, 2) && /"\$n?in":\[[^\]]*\{"\$x"/.test(seen.text),
  },
  {
    what: 'An update of many documents that fails has changed none of them here; MongoDB promises nothing of that.',
    source: `${manual}/core/write-operations-atomicity/#multi-document-operations`,
    fits: (seen) => seen.kind === 'documents' && seen.operation.name === 'update' && seen.text.includes('"multi":true'),
  },
  {
    what: 'distinct goes through the documents in an array, also where the first document has none.',
    source: `${manual}/reference/method/db.collection.distinct/#behavior`,
    fits: (seen) =>
      seen.operation.name === 'distinct' &&
      bothAccept(seen) &&
      /"key":"\w\./.test(seen.text) &&
      seen.before.includes('[{'),
  },
  {
    what: 'A number in $project keeps a field or leaves it out, whatever number it is.',
    source: `${manual}/reference/operator/aggregation/project/#considerations`,
    fits: (seen) => /"\$project":\{.*"\w":\{("\w":\{)?"\$number/.test(seen.text),
  },
  {
    what: 'Binary data compare by length, subtype and bytes.',
    source: `${manual}/reference/bson-type-comparison-order/#bindata`,
    fits: (seen) => bothAccept(seen) && /"\$[gl]te?":\{"\$binary"/.test(seen.text) && seen.before.includes('$binary'),
  },
  {
    what: 'A mistake in a statement is told with the statement.',
    source: `${manual}/reference/command/update/#output`,
    fits: (seen) =>
      isUpdating(seen) &&
      isPipeline(seen) &&
      seen.ours.codes[0] === seen.theirs.codes[0] &&
      seen.theirs.text.startsWith('{"code"'),
  },
  {
    what: 'Of two mistakes in an update either may be told.',
    source: `${server}/db/update/update_driver.cpp`,
    fits: (seen) => {
      const { ours, theirs } = seen
      const isDouble = operatorsOf(seen).size > 1 || theirs.codes.includes(54)
      return isUpdating(seen) && isDouble && ours.codes.length > 0 && ours.codes.length === theirs.codes.length
    },
  },
  {
    what: 'In $all and $in only a value that begins with an operator is refused.',
    source: `${server}/db/matcher/expression_parser.cpp (parseAll)`,
    fits: ({ ours, theirs, text }) =>
      ours.codes.length === 0 && theirs.codes.includes(2) && /"\$(all|n?in)":\[.*\{"\w".*"\$x"/.test(text),
  },
  {
    what: 'A sum of longs is a long.',
    source: `${manual}/reference/operator/aggregation/sum/#result-data-type`,
    fits: (seen) =>
      seen.text.includes('"$sum":') &&
      seen.ours.text.replaceAll('numberLong', 'numberInt') === seen.theirs.text.replaceAll('numberLong', 'numberInt'),
  },
  {
    what: '$unset goes through the documents in an array.',
    source: `${manual}/reference/operator/aggregation/unset/#remove-embedded-fields`,
    fits: (seen) => isPipeline(seen) && /"\$unset":"\w\.\w/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'A field of $$ROOT that is not there is missing, not null.',
    source: `${manual}/reference/aggregation-variables/#mongodb-variable-variable.ROOT`,
    fits: (seen) => bothAccept(seen) && seen.text.includes('"$$ROOT.'),
  },
  {
    what: 'A selected element that is no document has no room for a field.',
    source: `${server}/db/update/update_leaf_node.cpp (checkViability)`,
    fits: (seen) => isUpdating(seen) && refusedByUsAlone(seen, 28) && /\.\$(\[x?\])?\.\w/.test(seen.text),
  },
  {
    what: 'The index of $unwind is a long.',
    source: `${manual}/reference/operator/aggregation/unwind/#includearrayindex-and-preservenullandemptyarrays`,
    fits: (seen) => bothAccept(seen) && seen.text.includes('"includeArrayIndex":"i"'),
  },
  {
    what: '$add and $multiply take their operands in order: what is wrong before what is not there is a mistake.',
    source: `${server}/db/pipeline/expression.cpp (ExpressionAdd, ExpressionMultiply)`,
    fits: (seen) => refusedByUsAlone(seen, 14) && /"\$(add|multiply)":\[.*(null|"\$)/.test(seen.text),
  },
  {
    what: '$addToSet and $push leave out what is not there.',
    source: `${manual}/reference/operator/aggregation/addToSet/#behavior`,
    fits: (seen) => bothAccept(seen) && /"\$(addToSet|push)":"\$/.test(seen.text),
  },
  {
    what: 'An empty array and an empty document are two groups.',
    source: `${manual}/reference/bson-type-comparison-order/`,
    fits: (seen) =>
      bothAccept(seen) &&
      /"\$(group|sortByCount)":/.test(seen.text) &&
      seen.before.includes('[]') &&
      seen.before.includes('{}'),
  },
  {
    what: 'An operator that there is not is a mistake, whatever the documents are.',
    source: `${server}/db/matcher/expression_parser.cpp`,
    fits: (seen) => refusedByUsAlone(seen, 2) && seen.text.includes('{"$x":'),
  },
  {
    what: 'A statement that fails counts nothing of what it has done before.',
    source: `${manual}/reference/command/update/#output`,
    fits: (seen) =>
      seen.operation.name === 'update' &&
      seen.text.includes('"multi":true') &&
      seen.ours.codes.length > 0 &&
      seen.ours.codes.join() === seen.theirs.codes.join(),
  },
  {
    what: '$mod is exact for longs, and cuts off the fraction of a decimal.',
    source: `${manual}/reference/operator/query/mod/#behavior`,
    fits: (seen) =>
      bothAccept(seen) &&
      seen.text.includes('"$mod":') &&
      /9007199254740993|\$numberDecimal/.test(seen.before + seen.text),
  },
  {
    what: 'Two arrays of one document cannot both be in an index.',
    source: `${manual}/core/indexes/index-types/index-multikey/#compound-multikey-indexes`,
    fits: (seen) => refusedByUsAlone(seen, 171),
  },
  {
    what: '$inc makes a missing field the number itself, also the zero with a minus.',
    source: `${manual}/reference/operator/update/inc/#behavior`,
    fits: (seen) => isUpdating(seen) && bothAccept(seen) && /"\$inc":\{[^}]*"-0/.test(seen.text),
  },
  {
    what: 'A document that another open transaction is deleting is a conflict, after which one tries again.',
    source: `${manual}/core/transactions-production-consideration/#in-progress-transactions-and-write-conflicts`,
    fits: ({ ours, theirs }) => ours.codes.includes(112) && theirs.codes.includes(11000),
  },
]

const operatorsOf = ({ operation: { body } }: Seen): Set<string> => {
  const updates: Document[] = [body.update, ...(body.updates ?? []).map(({ u }: Document) => u)].filter(Boolean)
  return new Set(updates.flatMap((update) => Object.keys(update)))
}

const isPipeline = ({ operation: { name, body } }: Seen): boolean =>
  name === 'aggregate' || Array.isArray(body.update) || body.updates?.some(({ u }: Document) => Array.isArray(u))

/** The filters of a command, which its updates are not. */
const filtersOf = ({ operation: { body } }: Seen): string =>
  EJSON.stringify(body.query ?? body.updates?.map(({ q }: Document) => q))

/** Whether they have taken a condition for a value. */
const hasTakenCondition = ({ theirs }: Seen): boolean =>
  theirs.codes.some((code) => [2, 14, 28, 54].includes(code)) || /\$elemMatch|\$regularExpression/.test(theirs.text)

const outcomeOf = (text: string): Outcome => ({
  text,
  codes: [...text.matchAll(/"code":\{"\$numberInt":"(\d+)"\}/g)].map(([, code]) => Number(code)),
})

/** The rule that decides the difference for the engine, by what it says. */
export const decisionOn = ({ step: { operation }, kind, before, ours, theirs }: Difference): string | undefined => {
  if (typeof operation === 'string') return undefined
  const text = EJSON.stringify(operation.body, { relaxed: false })
  const seen: Seen = { operation, kind, text, before, ours: outcomeOf(ours), theirs: outcomeOf(theirs) }
  return rules.find(({ fits }) => fits(seen))?.what
}
