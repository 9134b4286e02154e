import { Long } from 'bson'
import type { Engine } from '../engine/engine.ts'
import { CommandError, errorCodes } from '../errors.ts'
import type { Doc } from '../values/doc.ts'
import type { Message } from '../wire/messages.ts'
import { labelsOf, opensChangeStream } from './error-labels.ts'
import { type Failing, FailPointError } from './failing.ts'
import * as fields from './fields.ts'

type Asked = Pick<Message, 'body'> & { readonly isChangeStream: boolean }

/** What is known of a question before it is answered, for the labels of its errors. */
export const asked = ({ cursors }: Engine, { body }: Pick<Message, 'body'>): Asked => ({
  body,
  isChangeStream: opensChangeStream(body) || isOfChangeStream(cursors, body),
})

const isOfChangeStream = (cursors: Engine['cursors'], body: Doc): boolean => {
  const { getMore: id } = body
  return Object.keys(body)[0] === 'getMore' && id instanceof Long && cursors.isTailable(id.toBigInt())
}

/** An error as a driver expects it. */
export const refusal = (error: unknown, { body, isChangeStream }: Asked): Doc => {
  if (!(error instanceof CommandError)) {
    const errmsg = error instanceof Error ? error.message : String(error)
    return { ok: 0, errmsg, code: errorCodes.InternalError, codeName: 'InternalError' }
  }
  const { message, code, codeName, fields: more } = error
  const name = nameOf(body)
  const isFailPoint = error instanceof FailPointError
  // MongoDB looks up the cursor of a getMore only when it runs it, which a fail point forestalls.
  const isResumable = isChangeStream && !(isFailPoint && name === 'getMore')
  const isGiven = isFailPoint && error.labels !== undefined
  const own = isGiven ? [] : labelsOf({ name, body, isChangeStream: isResumable, code })
  return { ok: 0, errmsg: message, code, codeName, ...more, ...labelled([...error.errorLabels, ...own]) }
}

/** What a fail point adds to the answer of a command that was run. */
export const addedBy = ({ besides, labels }: Failing, { body, isChangeStream }: Asked): Doc => {
  const { writeConcernError } = besides
  const code = fields.whole(writeConcernError ?? {}, 'code')
  const own = code === undefined ? [] : labelsOf({ name: nameOf(body), body, isChangeStream, writeConcernCode: code })
  return { ...besides, ...labelled(labels ?? own) }
}

const nameOf = (body: Doc): string => Object.keys(body)[0] ?? ''

const labelled = (labels: readonly string[]): Doc => {
  const errorLabels = [...new Set(labels)]
  return errorLabels.length > 0 ? { errorLabels } : {}
}
