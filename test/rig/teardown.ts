/**
 * What tests have opened, to be closed so that the process ends by itself: after the last test of the file, since what
 * is left running takes its time from the files that follow, or at the end of the run where several files use it.
 */
const ofFile = new Set<() => Promise<void>>()
const ofRun = new Set<() => Promise<void>>()

export function atEnd(step: () => Promise<void>): void {
  ofFile.add(step)
}

/** For what is opened once and used by several files. */
export function atEndOfRun(step: () => Promise<void>): void {
  ofRun.add(step)
}

export async function tearDownFile(): Promise<void> {
  await tearDown(ofFile)
}

export async function tearDownRun(): Promise<void> {
  await tearDown(ofFile)
  await tearDown(ofRun)
}

async function tearDown(steps: Set<() => Promise<void>>): Promise<void> {
  const all = [...steps].reverse()
  steps.clear()
  for (const step of all) await step()
}
