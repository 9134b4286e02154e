/** What SecantusDB projects, groups or computes otherwise than MongoDB. */
import { bothAccept, isPipeline, isUpdating, manual, type Rule, refusedByUsAlone, server } from './seen.ts'

export const decidedPipelines: readonly Rule[] = [
  {
    what: 'An accumulator of $group takes any expression, also a constant.',
    source: `${manual}/reference/operator/aggregation/group/#syntax`,
    fits: ({ theirs, text }) =>
      theirs.codes.some((code) => code === 168 || code === 28689) && text.includes('"$group":'),
  },
  {
    what: '$count gives no document where none comes in, as the $group does that it stands for.',
    source: `${manual}/reference/operator/aggregation/count/`,
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
    what: 'In a pipeline a number is the name of a field, never a position.',
    source: `${manual}/core/field-paths/`,
    fits: (seen) => /"\$(addFields|set|project|unset)":[^}]*"\w(\.\w)*\.\d/.test(seen.text) && isPipeline(seen),
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
    what: 'A computed field below another goes into the document there, and into the place of what is no document, be it missing.',
    source: `${manual}/reference/operator/aggregation/addFields/#adding-fields-to-an-embedded-document`,
    fits: (seen) =>
      isPipeline(seen) &&
      (seen.theirs.codes.length === 0 || seen.theirs.codes.includes(40228)) &&
      /"\$(addFields|set)":\{("\w\.\w|"\w":\{"\w)/.test(seen.text),
  },
  {
    what: 'There is no element in an empty array, not even null.',
    source: `${manual}/reference/operator/aggregation/first/`,
    fits: (seen) => bothAccept(seen) && /"\$(first|last|arrayElemAt)":\[/.test(seen.text) && seen.before.includes('[]'),
  },
  {
    what: 'A number in $project keeps a field or leaves it out, whatever number it is.',
    source: `${manual}/reference/operator/aggregation/project/#considerations`,
    fits: (seen) => /"\$project":\{.*"\w":\{("\w":\{)?"\$number/.test(seen.text),
  },
  {
    what: 'A sum has the widest type of its numbers, also that of a constant.',
    source: `${manual}/reference/operator/aggregation/sum/#result-data-type`,
    fits: ({ ours, theirs, text }) => {
      const untyped = (answer: string): string =>
        answer.replaceAll(/number(Long|Double|Int)/g, 'number').replaceAll('.0\\"', '\\"')
      return text.includes('"$sum":') && untyped(ours.text) === untyped(theirs.text)
    },
  },
  {
    what: '$unset and $project go through the documents in an array.',
    source: `${manual}/reference/operator/aggregation/unset/#remove-embedded-fields`,
    fits: (seen) =>
      isPipeline(seen) && /"\$(unset|project)":[^}]*"\w\.\w/.test(seen.text) && seen.before.includes('":['),
  },
  {
    what: 'A field of $$ROOT that is not there is missing, not null.',
    source: `${manual}/reference/aggregation-variables/#mongodb-variable-variable.ROOT`,
    fits: (seen) => bothAccept(seen) && seen.text.includes('"$$ROOT.'),
  },
  {
    what: 'What is constant in the pipeline of an update is worked out with its first document.',
    source: `${server}/db/update/pipeline_executor.cpp`,
    fits: (seen) =>
      isUpdating(seen) && isPipeline(seen) && seen.ours.codes.length === 0 && seen.theirs.codes.length > 0,
  },
  {
    what: 'A constant that cannot be computed is a mistake before all others, though there is no document to compute it for.',
    source: `${server}/db/pipeline/expression.cpp (ExpressionNary::optimize)`,
    fits: ({ operation, text, ours, theirs }) =>
      operation.name === 'aggregate' &&
      ours.codes.length > 0 &&
      (theirs.codes.length > 0 || theirs.text === '[]' || text.includes('"$count"')),
  },
  {
    what: 'The first and last element of what is not there are null.',
    source: `${manual}/reference/operator/aggregation/first/`,
    fits: ({ ours, theirs, text }) =>
      ours.codes.length === 0 && theirs.codes.includes(28689) && /"\$(first|last)":\["\$/.test(text),
  },
  {
    what: 'Of two mistakes in a pipeline either may be told.',
    source: `${server}/db/pipeline/pipeline.cpp`,
    fits: ({ operation, ours, theirs }) =>
      operation.name === 'aggregate' &&
      ours.codes.length > 0 &&
      theirs.codes.length > 0 &&
      operation.body.pipeline.length > 1,
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
    source: `${manual}/reference/operator/aggregation/addToSet/`,
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
]
