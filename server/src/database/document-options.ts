/** What every collection's schema says: ids are ours, indexes are built at start and not in passing, nothing is dropped silently. */
export const options = {
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
  strict: 'throw',
  minimize: false,
} as const
