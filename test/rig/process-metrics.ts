import { setTimeout as pause } from 'node:timers/promises'

export interface ProcessMetrics {
  /** Open files and sockets. */
  readonly descriptors: number
  /** What JavaScript and its buffers take. */
  readonly heapBytes: number
  readonly residentBytes: number
  /** What waits for clients that do not read. */
  readonly unsentBytes: number
}

/** What a server says of itself. */
export async function metricsOf(url: string): Promise<ProcessMetrics> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
  return {
    descriptors: read('process_open_fds'),
    heapBytes: read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes'),
    residentBytes: read('process_resident_memory_bytes'),
    unsentBytes: read('rolecall_live_unsent_bytes'),
  }
}

/** Asks until the answer fits; the test's own time limit is the bound. */
export async function untilMetrics(url: string, fits: (metrics: ProcessMetrics) => boolean): Promise<ProcessMetrics> {
  for (;;) {
    const metrics = await metricsOf(url)
    if (fits(metrics)) return metrics
    await pause(100)
  }
}

export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`
