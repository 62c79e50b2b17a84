import type { OdcsDocument } from './odcs-schema.ts'

/** What a contract promises of time and use, by the names of the standard and their short forms. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['av', 'availability'],
  ['el', 'endOfLife'],
  ['er', 'errorRate'],
  ['es', 'endOfSupport'],
  ['freshness', 'latency'],
  ['fy', 'frequency'],
  ['ga', 'generalAvailability'],
  ['ly', 'latency'],
  ['re', 'retention'],
  ['td', 'timeToDetect'],
  ['th', 'throughput'],
  ['tn', 'timeToNotify'],
  ['tr', 'timeToRepair'],
])
const FULL = [...new Set(NAMES.values()), 'timeOfAvailability']

/** One service level of a contract, as it is written there. */
export interface ServiceLevel {
  /** Its name in the standard; another as it is written. */
  property: string
  value: string
  unit: string | null
  /** A line of cron by which it comes. */
  cron: string | null
  /** Its place among `slaProperties`. */
  at: number
}

/** The name in the standard of what a service level is about, whatever its letters. */
function nameOf(property: string): string {
  const lower = property.toLowerCase()
  return NAMES.get(lower) ?? FULL.find((name) => name.toLowerCase() === lower) ?? property
}

/** The service levels of a contract that are about an entity, by any of its names, or about no one of them; about its only entity all of them are. */
export function serviceLevels(
  { slaProperties = [], slaDefaultElement }: Pick<OdcsDocument, 'slaProperties' | 'slaDefaultElement'>,
  entity: readonly (string | null)[] | 'the only one',
): ServiceLevel[] {
  return slaProperties.flatMap(({ property, value, unit, element, scheduler, schedule }, at) => {
    if (value === undefined || value === null || !isAbout(element?.trim() || slaDefaultElement, entity)) return []
    const cron = schedule !== undefined && (scheduler === undefined || /^cron$/i.test(scheduler)) ? schedule.trim() : null
    return [{ property: nameOf(property), value: String(value).trim(), unit: unit?.trim() || null, cron, at }]
  })
}

/** An element is an entity, or a field of one; where there is only one entity, its name need not stand before the field. */
function isAbout(element: string | undefined, entity: readonly (string | null)[] | 'the only one'): boolean {
  if (entity === 'the only one' || element === undefined || element.trim() === '') return true
  const meant = element.split(',').map((one) => one.trim().toLowerCase())
  const names = entity.flatMap((name) => (name === null ? [] : [name.toLowerCase()]))
  return meant.some((one) => names.some((name) => one === name || one.startsWith(`${name}.`)))
}
