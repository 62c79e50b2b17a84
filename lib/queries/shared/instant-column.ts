/** SQL that reads a timestamptz column as an instant (milliseconds, exact for timestamptz(3)). */
export function instant(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`
}
