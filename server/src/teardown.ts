export interface Teardown {
  /** To be done at the end, before what was added earlier. */
  add(step: () => Promise<void>): void
  /** Runs all steps, the last one first, even if one fails, whose error is thrown in the end. Runs once. */
  run(): Promise<void>
}

export function createTeardown(): Teardown {
  const steps: (() => Promise<void>)[] = []
  let running: Promise<void> | undefined

  async function runAll(): Promise<void> {
    const errors: unknown[] = []
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      await step().catch((error: unknown) => errors.push(error))
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'stopping failed')
  }

  return {
    add: (step) => {
      steps.push(step)
    },
    run: () => {
      running ??= runAll()
      return running
    },
  }
}
