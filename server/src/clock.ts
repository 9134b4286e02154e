/** The wall clock, handed in by the composition root so that a test can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
