import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/** `[*]`: each element of the list that is there. */
export const EACH = Symbol('each element of a list')

export type Step = string | number | typeof EACH

const STEP = /\.?([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\["([^"\]]+)"\]|\[(\*)\]/y

/** The steps of `$.data.tables[0].updated_at`; null: it is none. */
export function parsePlace(text: string): Step[] | null {
  const steps: Step[] = []
  let at = text.startsWith('$') ? 1 : 0
  while (at < text.length) {
    STEP.lastIndex = at
    const [whole, name, index, quoted, each] = STEP.exec(text) ?? []
    if (whole === undefined) return null
    steps.push(each === undefined ? (name ?? quoted ?? Number(index)) : EACH)
    at += whole.length
  }
  return steps.length === 0 ? null : steps
}

/** What lies at a place without `[*]`; null: nothing. */
export function valueAt(document: JsonValue, steps: readonly Step[]): JsonValue {
  let value: JsonValue | undefined = document
  for (const step of steps) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined
    else value = typeof step === 'string' && isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value ?? null
}

/** What lies at a place in each element of its list that `fits`; null: there is no list. */
export function valuesAt(document: JsonValue, steps: readonly Step[], fits: (element: JsonValue) => boolean): JsonValue[] | null {
  const each = steps.indexOf(EACH)
  const list = valueAt(document, steps.slice(0, each))
  return Array.isArray(list) ? list.filter(fits).map((element) => valueAt(element, steps.slice(each + 1))) : null
}
