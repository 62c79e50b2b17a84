const SIZE_MAX = 256 * 1024

/** Whether a result survives as JSON: null, booleans, finite numbers, strings, arrays and plain objects of those, not too large. A task
 * with any other result runs again after a crash. */
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

/** The one place where a stored result is taken for the type its task returns. */
export function asStored<T>(result: unknown): T {
  return result as T
}
