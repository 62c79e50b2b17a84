/** The number of a version as an address says it; null when it says none that can be. */
export function readVersion(text: unknown): number | null {
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
}
