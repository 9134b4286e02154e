/** Tests that fail with a reason: a feature that the engine, or the driver, does not claim to have. */
interface ExpectedFailures {
  readonly feature: string
  readonly reason: string
  /** `area/file` for all tests of a file that are for this server, or `area/file: description`. */
  readonly tests: readonly string[]
}

export const expectedFailures: readonly ExpectedFailures[] = []

const nameOf = (file: string, description: string): string => `${file}: ${description}`

/** Why this test may fail, or undefined if it must pass. */
export const expectedFailure = (file: string, description: string): ExpectedFailures | undefined =>
  expectedFailures.find(({ tests }) => tests.includes(file) || tests.includes(nameOf(file, description)))
