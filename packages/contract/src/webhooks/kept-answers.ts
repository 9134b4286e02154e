/** So many characters are kept of what was answered before the newest attempt of a delivery. */
export const keptOfFormerAnswers = 1_024
