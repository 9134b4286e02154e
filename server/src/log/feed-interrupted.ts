/** The feed’s own reasons to begin anew, as against mistakes in our code. */
export class FeedInterrupted extends Error {}
