/**
 * What a push would change stands at the beginning of what it sends, in lines of git’s protocol that end with a flush
 * packet (`0000`). Git keeps all of them in memory, and sets no limit itself.
 * @returns a function to be called with each part of a body: false once they are longer than they may be
 */
export function limitCommands(maxBytes: number): (part: Uint8Array) => boolean {
  let isOver = false
  let bytes = 0
  /** Of the present line, what is still to come. */
  let rest = 0
  let length = ''

  return (part) => {
    for (let at = 0; at < part.length && !isOver; ) {
      if (rest > 0) {
        const taken = Math.min(rest, part.length - at)
        rest -= taken
        bytes += taken
        at += taken
      } else {
        length += String.fromCharCode(part[at] ?? 0)
        bytes += 1
        at += 1
        if (length.length < 4) continue
        const announced = Number.parseInt(length, 16)
        length = ''
        // What is no line either git refuses by itself.
        isOver = announced === 0 || Number.isNaN(announced)
        rest = Math.max(0, announced - 4)
      }
      if (bytes > maxBytes) return false
    }
    return true
  }
}
