const SIZE_MAX = 256 * 1024

/**
 * Whether a task's result survives being written down as JSON: null, booleans, finite numbers, strings, and
 * arrays and plain objects of those, not too large. Anything else makes the task run again after a crash.
 */
export function isStorable(result: unknown): boolean {
  return isPlain(result, 0) && JSON.stringify(result).length <= SIZE_MAX
}

function isPlain(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > 20) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((item) => item === undefined || isPlain(item, depth + 1))
}

/** The one place where a stored result is believed to have the type its task returns. */
export function asStored<T>(result: unknown): T {
  return result as T
}
