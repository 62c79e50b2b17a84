import { DEPTH_MAX, ExactNumber, isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/** How systems say that nothing went wrong where the words of an error would stand. */
const ALL_WELL = /^(?:0*|2\d\d|ok|okay|none|no|no[ _-]?errors?|false|null|nil|success(?:ful)?|n\/a)$/i
const CODE = /^(?:error_?)?(?:code|number|no|status|status_?code)$/i

/** True when what stands under `error` or the like reports one; `{ "code": 0 }`, an empty list or `"none"` report none; what is nested too deeply to be looked through does. */
export function reportsError(value: JsonValue | undefined, depth = 0): boolean {
  if (value === undefined || value === null || value === false) return false
  const reportsWithin = (inner: JsonValue) => reportsError(inner, depth + 1)
  if (depth > DEPTH_MAX) return true
  if (Array.isArray(value)) return value.some(reportsWithin)
  if (!isJsonObject(value)) return value === true || !ALL_WELL.test(value instanceof ExactNumber ? value.text : String(value).trim())
  const codes = Object.entries(value).filter(([key, code]) => CODE.test(key) && (typeof code === 'number' || typeof code === 'string'))
  return codes.length > 0 ? codes.some(([, code]) => reportsWithin(code)) : Object.values(value).some(reportsWithin)
}
