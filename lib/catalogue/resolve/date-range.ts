import { isValidDay, toDayNumber } from '#lib/domain/time/local-day.ts'
import type { ParameterField } from './parameter-fields.ts'

/** The two parameters of a flow that say from which day to which it loads again. */
export interface DateRange {
  from: string
  to: string
}

/** So many days are loaded again by one run. */
export const RANGE_DAYS_MAX = 400

const BEGINS = /^(from|since|start|first|begin)/i
const ENDS = /^(to|until|end|last|through)/i

/** The range among the fields of a flow: two dates, of which one is named as where something begins and the other as where it ends; null where there is none. */
export function dateRangeOf(fields: readonly Pick<ParameterField, 'name' | 'kind'>[]): DateRange | null {
  const [first, second, ...more] = fields.filter(({ kind }) => kind === 'date').map(({ name }) => name)
  if (first === undefined || second === undefined || more.length > 0) return null
  if (BEGINS.test(first) && ENDS.test(second)) return { from: first, to: second }
  return BEGINS.test(second) && ENDS.test(first) ? { from: second, to: first } : null
}

/** How many days a range holds, both ends included; null as long as one of them is missing or no day. Below 1: it is reversed. */
export function daysInRange(from: unknown, to: unknown): number | null {
  if (typeof from !== 'string' || typeof to !== 'string' || !isValidDay(from) || !isValidDay(to)) return null
  return toDayNumber(to) - toDayNumber(from) + 1
}

/** Why a run cannot be told these two days, in words; null when it can. */
export function rangeProblem(range: DateRange, parameters: Readonly<Record<string, unknown>>): string | null {
  const days = daysInRange(parameters[range.from], parameters[range.to])
  if (days === null) return null
  if (days < 1) return `${range.from} must not be after ${range.to}.`
  if (days > RANGE_DAYS_MAX)
    return `${parameters[range.from]} to ${parameters[range.to]} are ${days} days; at most ${RANGE_DAYS_MAX} are loaded at once.`
  return null
}
