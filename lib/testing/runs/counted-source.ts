/** Numbers from 1 up to `until`, remembering how many were asked for and whether the source was closed. */
export function counted(until = Number.POSITIVE_INFINITY) {
  const seen = { taken: 0, closed: false }
  async function* source() {
    try {
      while (seen.taken < until) yield ++seen.taken
    } finally {
      seen.closed = true
    }
  }
  return { seen, items: source() }
}
