/** What SecantusDB finds, sorts or refuses otherwise than MongoDB. */
import { bothAccept, manual, type Rule, refusedByUsAlone, server } from './seen.ts'

export const decidedReads: readonly Rule[] = [
  {
    what: '$all is an $and of its values: with null it finds what lacks the field, with an array the array itself.',
    source: `${manual}/reference/operator/query/all/#equivalent-to--and-operation`,
    fits: (seen) => seen.ours.codes.length === 0 && /"\$all":\[([^\]]*,)?(null|\[)/.test(seen.text),
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
      seen.ours.codes.includes(2) && /"\$?sort":\{"[^"}]*":[^,]*,"[abc]/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'Expressions compare values of different types by the order of the types.',
    source: `${manual}/reference/operator/aggregation/lt/`,
    fits: (seen) => bothAccept(seen) && /"\$expr":\{"\$[gl]te?":\[.*(true|false|null|"\$)/.test(seen.text),
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
    what: 'An element without the field counts as null in a sort.',
    source: `${manual}/reference/bson-type-comparison-order/#arrays`,
    fits: (seen) => /"\$?sort":\{.*"\w\.\w/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: '$in and $nin hold no operators, whatever stands beside them.',
    source: `${server}/db/matcher/expression_parser.cpp`,
    fits: (seen) => refusedByUsAlone(seen, 2) && /"\$n?in":\[[^\]]*\{"\$x"/.test(seen.text),
  },
  {
    what: 'distinct goes through documents in an array and to positions, also where the first document has none.',
    source: `${manual}/reference/method/db.collection.distinct/`,
    fits: (seen) =>
      seen.operation.name === 'distinct' &&
      bothAccept(seen) &&
      /"key":"\w\./.test(seen.text) &&
      seen.before.includes('":['),
  },
  {
    what: 'true and 1 are two values, a half and a half of another type are one.',
    source: `${manual}/reference/bson-type-comparison-order/#numeric-types`,
    fits: (seen) =>
      seen.operation.name === 'distinct' && bothAccept(seen) && /true|false|numberDecimal/.test(seen.before),
  },
  {
    what: 'Times that two documents got from the clock may be a millisecond apart on one server and the same on the other.',
    source: `${manual}/reference/operator/update/currentDate/`,
    fits: (seen) => seen.before.includes('"now"') && /"\$?sort":/.test(seen.text),
  },
  {
    what: 'Binary data compare by length, subtype and bytes.',
    source: `${manual}/reference/bson-type-comparison-order/#bindata`,
    fits: (seen) => bothAccept(seen) && /"\$[gl]te?":\{"\$binary"/.test(seen.text) && seen.before.includes('$binary'),
  },
  {
    what: 'In $all and $in only a value that begins with an operator is refused.',
    source: `${server}/db/matcher/expression_parser.cpp (parseAll)`,
    fits: ({ ours, theirs, text }) =>
      ours.codes.length === 0 && theirs.codes.includes(2) && /"\$(all|n?in)":\[.*\{"\w".*"\$x"/.test(text),
  },
  {
    what: 'An operator that there is not is a mistake, whatever the documents are.',
    source: `${server}/db/matcher/expression_parser.cpp`,
    fits: (seen) => refusedByUsAlone(seen, 2) && seen.text.includes('{"$x":'),
  },
  {
    what: '$mod is exact for longs, and cuts off the fraction of a decimal.',
    source: `${manual}/reference/operator/query/mod/`,
    fits: (seen) =>
      seen.ours.codes.length <= 1 &&
      seen.text.includes('"$mod":') &&
      /9007199254740993|\$numberDecimal/.test(seen.before + seen.text),
  },
  {
    what: 'A comparison with a regular expression is a mistake, whatever stands beside it.',
    source: `${manual}/reference/operator/query/ne/`,
    fits: (seen) => refusedByUsAlone(seen, 2) && /"\$(ne|gte?|lte?)":\{"\$regularExpression"/.test(seen.text),
  },
  {
    what: 'A path that goes on below what is no document in an array finds nothing there, not even null.',
    source: `${server}/db/matcher/path.cpp`,
    fits: ({ text }) => /"\w+(\.\w+)*\.\d+\.\w+":\{[^}]*"\$n(in|e)"/.test(text),
  },
  {
    what: 'In a regular expression \\w is a letter of ASCII, unless (*UCP) asks for others.',
    source: `${manual}/reference/operator/query/regex/#extended-regex-options-to-match-characters-outside-of-ascii`,
    fits: (seen) => bothAccept(seen) && seen.text.includes('"\\\\w"') && /[^\0-\x7f]/.test(seen.before),
  },
]
