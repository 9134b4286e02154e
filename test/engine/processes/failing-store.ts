import { writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { isCommitFailure } from '../../../packages/embedded-mongo/src/storage/disk-failures.ts'
import { openStore } from '../../../packages/embedded-mongo/src/storage/store.ts'

// A store whose flush fails once, and whose owner goes on all the same. Says of each write whether it was acknowledged.
const [, , file = '', trigger = ''] = process.argv
process.on('unhandledRejection', (reason) => {
  if (!isCommitFailure(reason)) throw reason
})
const store = openStore(file, () => undefined)
const put = (n: number): Promise<boolean> =>
  store
    .write((transaction) => transaction.put(Buffer.from(`key ${n}`), Buffer.alloc(2_000, n)))
    .then(
      () => true,
      () => false,
    )

const before = await put(0)
writeFileSync(trigger, '')
const late: Promise<boolean>[] = []
for (let n = 1; n <= 200; n += 1) {
  late.push(put(n))
  await setImmediate()
}
process.stdout.write(JSON.stringify({ before, late: await Promise.all(late) }))
process.exit(0)
