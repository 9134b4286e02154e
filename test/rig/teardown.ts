/** What a test run has opened, to be closed at its end so that the process ends by itself. */
const steps = new Set<() => Promise<void>>()

export function atEnd(step: () => Promise<void>): void {
  steps.add(step)
}

export async function tearDown(): Promise<void> {
  const all = [...steps].reverse()
  steps.clear()
  for (const step of all) await step()
}
