import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { GridFSBucket } from 'mongodb'
import { Unknown } from '../format.ts'
import { type Operations, plain } from './operation.ts'

const wholeOf = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export const bucketOperations: Operations<GridFSBucket> = {
  delete: plain(['id'], (bucket, { id }) => bucket.delete(id)),
  download: plain(['id'], (bucket, { id }) => wholeOf(bucket.openDownloadStream(id))),
  downloadByName: plain(['filename', 'revision'], (bucket, { filename, ...options }) =>
    wholeOf(bucket.openDownloadStreamByName(filename, options)),
  ),
  upload: plain(['filename', 'source', 'chunkSizeBytes'], async (bucket, { filename, source, ...options }) => {
    if (typeof source?.$$hexBytes !== 'string') throw new Unknown('A source without $$hexBytes')
    const upload = bucket.openUploadStream(filename, options)
    Readable.from([Buffer.from(source.$$hexBytes, 'hex')]).pipe(upload)
    await finished(upload)
    return upload.id
  }),
}
