/** What SecantusDB writes or refuses to write otherwise than MongoDB. */
import {
  bothAccept,
  isPipeline,
  isReordered,
  isUpdating,
  manual,
  operatorsOf,
  type Rule,
  refusedByUsAlone,
  server,
} from './seen.ts'
import { mistakes } from './updates.ts'

export const decidedWrites: readonly Rule[] = [
  {
    what: 'A path with $, $[] or $[x] is an error where the array is not there.',
    source: `${manual}/reference/operator/update/positional-all/#upsert`,
    fits: (seen) =>
      isUpdating(seen) && seen.ours.codes.includes(2) && /"\w+(\.\w+)*\.\$(\[x?\])?(\.\w+)?":/.test(seen.text),
  },
  {
    what: '$ is the position in whichever array the filter matched, and where there is no array the name of a field.',
    source: `${server}/db/update/update_object_node.cpp (applyChild)`,
    fits: (seen) =>
      isUpdating(seen) &&
      seen.ours.codes.length === 0 &&
      /"\w+(\.\w+)*\.\$(\.\w+)?":/.test(seen.text) &&
      /"nModified":\{"\$numberInt":"0"\}/.test(seen.theirs.text),
  },
  {
    what: 'What is in an array exists: $ is the position of its first element.',
    source: `${server}/db/matcher/expression_path.h (PathMatchExpression::matches)`,
    fits: (seen) =>
      isUpdating(seen) &&
      seen.ours.codes.length === 0 &&
      seen.theirs.codes.includes(2) &&
      seen.text.includes('"$exists":') &&
      /"\w+(\.\w+)*\.\$(\.\w+)?":/.test(seen.text),
  },
  {
    what: 'A mistake in an update is one though no document matches: it is parsed before documents are looked for.',
    source: `${server}/db/update/update_driver.cpp`,
    fits: (seen) => {
      if (!isUpdating(seen) || !refusedByUsAlone(seen, 2, 9, 14, 40, 52, 56)) return false
      const isUnmatched = /"(n|nModified)":\{"\$numberInt":"0"\}/.test(seen.theirs.text)
      return (
        isUnmatched ||
        seen.ours.codes.includes(40) ||
        mistakes.some((one) => seen.text.includes(one)) ||
        /"\$rename":\{"(\w+)":"\1/.test(seen.text)
      )
    },
  },
  {
    what: 'Fields of an _id that begin with $ are refused as such, at any depth.',
    source: `${server}/bson/bsonobj.cpp (storageValidEmbedded)`,
    fits: ({ operation, ours, theirs, text }) =>
      operation.name === 'insert' && ours.codes.includes(52) && !theirs.codes.includes(52) && text.includes('"$x"'),
  },
  {
    what: 'Of several unique indexes that refuse a document, the first is named: that of _id.',
    source: `${server}/db/index/index_access_method.cpp`,
    fits: ({ ours, theirs }) =>
      ours.codes.includes(11000) && theirs.codes.includes(11000) && /"keyPattern":\{"_id":/.test(ours.text),
  },
  {
    what: 'A filter that says twice what a field equals makes no document.',
    source: `${server}/db/pathsupport.cpp`,
    fits: (seen) => isUpdating(seen) && seen.ours.codes.includes(54) && /"upsert":true/.test(seen.text),
  },
  {
    what: 'The fields of an update are made in the order of their names, whatever the operators.',
    source: `${manual}/reference/operator/update/`,
    fits: (seen) => isUpdating(seen) && isReordered(seen),
  },
  {
    what: 'Elements without the field by which $push sorts are equal: in which order they stay is not said.',
    source: `${manual}/reference/operator/update/sort/`,
    fits: (seen) => isUpdating(seen) && bothAccept(seen) && /"\$push":.*"\$sort":\{"\w"/.test(seen.text),
  },
  {
    what: '$bit of a long and an int is a long.',
    source: `${manual}/reference/operator/update/bit/`,
    fits: (seen) =>
      isUpdating(seen) &&
      bothAccept(seen) &&
      seen.text.includes('"$bit":') &&
      /numberLong/.test(seen.before + seen.text),
  },
  {
    what: 'An array in an array is no document: the field below it is missing, and null in an index.',
    source: `${server}/db/index/btree_key_generator.cpp`,
    fits: ({ ours, theirs }) =>
      ours.codes.includes(11000) && ours.text.includes('"keyPattern":{"a.b":') && ours.text !== theirs.text,
  },
  {
    what: 'What can be computed or is a mistake is no internal error.',
    source: `${server}/base/error_codes.yml`,
    fits: ({ ours, theirs }) => !ours.codes.includes(1) && theirs.codes.includes(1),
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
    what: 'An update of many documents that fails has changed none of them here; MongoDB promises nothing of that.',
    source: `${manual}/core/write-operations-atomicity/#multi-document-operations`,
    fits: (seen) => seen.kind === 'documents' && seen.operation.name === 'update' && seen.text.includes('"multi":true'),
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
      const isDouble = operatorsOf(seen).size > 1 || theirs.codes.some((code) => code === 40 || code === 54)
      return isUpdating(seen) && isDouble && ours.codes.length > 0 && ours.codes.length === theirs.codes.length
    },
  },
  {
    what: 'A $rename into an array is a bad value, whatever the place in it is called.',
    source: `${server}/db/update/rename_node.cpp`,
    fits: ({ ours, theirs, text }) =>
      ours.codes.includes(2) && theirs.codes.includes(28) && text.includes('"$rename":'),
  },
  {
    what: 'Binary data of two subtypes are two values, also in a unique index.',
    source: `${manual}/reference/bson-type-comparison-order/#bindata`,
    fits: ({ ours, theirs, text }) =>
      ours.codes.length === 0 && theirs.codes.includes(11000) && text.includes('"$binary":'),
  },
  {
    what: 'A $rename from below what is no document is refused.',
    source: `${server}/db/update/rename_node.cpp`,
    fits: (seen) => refusedByUsAlone(seen, 28) && seen.text.includes('"$rename":'),
  },
  {
    what: 'An empty array does not stand in an index as an empty array.',
    source: `${manual}/reference/bson-type-comparison-order/#empty-arrays`,
    fits: ({ ours, theirs }) => {
      if (theirs.codes.includes(11000) && ours.codes.length === 0) return theirs.text.includes('"keyValue":{"b":[]}')
      return (
        ours.codes.includes(11000) &&
        ours.text.includes('"keyValue":') &&
        theirs.text.replaceAll('[]', 'null') === ours.text
      )
    },
  },
  {
    what: 'A selected element that is no document has no room for a field.',
    source: `${server}/db/update/update_leaf_node.cpp (checkViability)`,
    fits: (seen) => isUpdating(seen) && seen.ours.codes.includes(28) && /\.\$(\[x?\])?\.\w/.test(seen.text),
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
    what: 'Two arrays of one document cannot both be in an index.',
    source: `${manual}/core/indexes/index-types/index-multikey/#compound-multikey-indexes`,
    fits: ({ ours }) => ours.codes.includes(171),
  },
  {
    what: '$inc makes a missing field the number itself, as it is written.',
    source: `${manual}/reference/operator/update/inc/`,
    fits: (seen) => isUpdating(seen) && bothAccept(seen) && /"\$inc":\{[^}]*"(-0|\d+E)/.test(seen.text),
  },
  {
    what: 'A document that another open transaction is deleting is a conflict, after which one tries again.',
    source: `${manual}/core/transactions-production-consideration/#in-progress-transactions-and-write-conflicts`,
    fits: ({ ours, theirs }) => ours.codes.includes(112) && theirs.codes.includes(11000),
  },
  {
    what: 'An _id is neither array nor regular expression.',
    source: `${manual}/core/document/#the-_id-field`,
    fits: (seen) =>
      ['insert', 'update'].includes(seen.operation.name) && /"_id":(\[|\{"\$regularExpression")/.test(seen.text),
  },
  {
    what: 'false is not equal to 0, nor true to 1.',
    source: `${manual}/reference/bson-type-comparison-order/`,
    fits: (seen) =>
      isUpdating(seen) && bothAccept(seen) && /"\$(pull|pullAll|addToSet)":.*\b(true|false)\b/.test(seen.text),
  },
]
