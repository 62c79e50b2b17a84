const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** A size as people say it: `512 bytes`, `3.4 MB`, `120 GB`; a shrinking has a minus before it. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes)
  const sign = bytes < 0 ? '−' : ''
  if (size < 1000) return `${sign}${Math.round(size)} ${size === 1 ? 'byte' : 'bytes'}`
  let value = size / 1000
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${sign}${value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}
