// Loaded into a program before it runs: writes down, as it ends, what its buffers have taken at most.
import { writeFileSync } from 'node:fs'
import { memoryUsage } from 'node:process'
import { isMainThread } from 'node:worker_threads'

const { PEAK_MEMORY_FILE: path } = process.env

if (isMainThread && path !== undefined) {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, memoryUsage().arrayBuffers)
  }
  setInterval(look, 20).unref()
  process.on('exit', () => {
    look()
    writeFileSync(path, `${peak}`)
  })
}
