/** How many members one batch may change. */
export const maxBatch = 100
