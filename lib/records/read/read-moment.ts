import type { Instant } from '#lib/domain/time/instant.ts'

const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?\s*(Z|[+-]\d\d(?::?\d\d)?|UTC)?$/i

/** A time as APIs and artifacts of dbt write it; one without zone is UTC, as dbt takes it. Null: no time. */
export function readMoment(text: string | null | undefined): Instant | null {
  const [, day, time = '', fraction = '', zone = 'Z'] = MOMENT.exec(text?.trim() ?? '') ?? []
  if (day === undefined) return null
  const offset = /^(z|utc)$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`)
  const at = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  return Number.isFinite(at) ? at : null
}
