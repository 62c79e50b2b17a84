import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { toTermCode } from '#lib/records/term-code.ts'

const PATH = ['studentInfo', 'studentSemester', 'studentSemesterInfo', 'academicTerm', 'term', 'code'] as const

/** Whether every semester has a possible term code or none. */
export function hasOnlyTermCodes(document: JsonValue): boolean {
  return codesAt(document, PATH).every((code) => code === null || code === '' || toTermCode(code) !== null)
}

function codesAt(value: JsonValue | undefined, path: readonly string[]): JsonValue[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((one) => codesAt(one, path))
  const [step, ...rest] = path
  if (step === undefined) return [value]
  return isJsonObject(value) ? codesAt(value[step], rest) : []
}
