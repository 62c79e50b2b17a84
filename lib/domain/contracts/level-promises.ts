import type { PolicyInput } from '#lib/domain/freshness/policies/policy.ts'
import { whyNoSchedule } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { isValidZone } from '#lib/domain/time/zone.ts'
import { levelDuration } from './level-duration.ts'
import type { ServiceLevel } from './service-levels.ts'
import { shiftDays } from './shift-days.ts'

/** What service levels come to here. */
export interface LevelPromises {
  /** Promises as a catalogue writes them; empty: they promise nothing that is judged. */
  policies: PolicyInput[]
  /** What nobody could read, or has no counterpart here, or not beside the others. */
  left: { level: ServiceLevel; why: 'unreadable' | 'no-counterpart' }[]
}

/** What says from when, or until when, a version holds. */
const OF_THE_VERSION = new Set(['generalAvailability', 'endOfSupport', 'endOfLife'])
/** Where only a line of cron tells when data come. */
const GRACE_MS = HOUR_MS
/** Data that come in a rhythm are late when half of one is missed more, and stale when twice as old. */
const ROOM = 1.5

/** The promises that service levels make, in the words of the catalogue. Of several latencies the shortest is one, since it keeps the others; each time of day is one. */
export function levelPromises(levels: readonly ServiceLevel[]): LevelPromises {
  const clocks = levels.map((level) => ({ level, read: OF_THE_CLOCK.get(level.property)?.(level) ?? null }))
  const all = <K extends keyof ReadLevel>(kind: K) => clocks.flatMap(({ read }) => read?.[kind] ?? [])
  const frequency = clocks.find(({ level, read }) => level.property === 'frequency' && read !== null)
  const latencies = all('latencyMs')
  const { everyMs = null, cron = null } = frequency?.read ?? {}
  const rhythm = { latencyMs: latencies.length === 0 ? null : Math.min(...latencies), everyMs, cron }
  const times = all('time')
  const deadlines = new Map((times.length === 0 ? [null] : times).map((time) => [JSON.stringify(time), deadlineOf({ ...rhythm, time })]))
  const promised = [...deadlines.values()].filter((one) => one !== null)
  const age = ageOf(rhythm, promised.length > 0)
  const isUsed = ({ level, read }: (typeof clocks)[number]) => {
    if (read?.latencyMs !== undefined) return goesByLatency({ ...rhythm, time: times[0] ?? null })
    if (read?.time !== undefined) return deadlines.get(JSON.stringify(read.time)) !== null
    return level === frequency?.level && (cron === null || promised.length > 0)
  }
  const left = clocks.flatMap((one): LevelPromises['left'] => {
    const { level, read } = one
    if (OF_THE_VERSION.has(level.property) || (read !== null && isUsed(one))) return []
    return [{ level, why: OF_THE_CLOCK.has(level.property) && read === null ? 'unreadable' : 'no-counterpart' }]
  })
  return { policies: age === null ? promised : [...promised, age], left }
}

interface Time {
  minutes: number
  zone: string | null
}

/** What a service level says of when data come, as far as it can be read. */
interface ReadLevel {
  latencyMs?: number
  everyMs?: number | null
  cron?: string | null
  time?: Time
}

/** How each of those that are about when data come is read; null: nobody can tell what it means. */
const OF_THE_CLOCK: ReadonlyMap<string, (level: ServiceLevel) => ReadLevel | null> = new Map([
  ['latency', readLatency],
  ['frequency', readFrequency],
  ['timeOfAvailability', readTimeOfDay],
])

function readLatency({ value, unit }: ServiceLevel): ReadLevel | null {
  const latencyMs = levelDuration(value, unit)
  return latencyMs === null ? null : { latencyMs }
}

function readFrequency({ value, unit, cron: line }: ServiceLevel): ReadLevel | null {
  const everyMs = levelDuration(value, unit)
  const cron = line !== null && whyNoSchedule(line) === null ? line : null
  return everyMs === null && cron === null ? null : { everyMs, cron }
}

function readTimeOfDay({ value }: ServiceLevel): ReadLevel | null {
  const time = readTime(value)
  return time === null ? null : { time }
}

interface Rhythm {
  latencyMs: number | null
  everyMs: number | null
  cron: string | null
}

interface Read extends Rhythm {
  time: Time | null
}

/** By when they come: at each tick, or at the time of day on each day, or on those of the ticks. */
function deadlineOf({ latencyMs, everyMs, cron, time }: Read): PolicyInput | null {
  if (time === null) return cron === null ? null : { kind: 'deadline', cron, grace: latencyMs ?? GRACE_MS }
  const days = cron?.trim().split(/\s+/).slice(2).join(' ') ?? '* * *'
  // On which days something comes that comes more rarely nobody says.
  if (cron === null && everyMs !== null && everyMs > DAY_MS) return null
  const at = ((time.minutes % 1440) + 1440) % 1440
  // With its offset counted off it may be of another day.
  const shifted = at === time.minutes || days === '* * *' ? days : shiftDays(days, time.minutes < 0 ? -1 : 1)
  if (shifted === null) return null
  const zone = time.zone === null ? {} : { zone: time.zone }
  return { kind: 'deadline', cron: `${at % 60} ${Math.floor(at / 60)} ${shifted}`, grace: 0, ...zone }
}

/** How old they may be: what comes in a rhythm as long as that besides. */
function ageOf({ latencyMs, everyMs, cron }: Rhythm, hasDeadline: boolean): PolicyInput | null {
  if (latencyMs !== null && everyMs === null && cron === null) return anAge(latencyMs)
  if (everyMs === null || cron !== null || (hasDeadline && everyMs >= DAY_MS)) return null
  return anAge(latencyMs === null ? everyMs * ROOM : everyMs + latencyMs)
}

/** Whether a promise goes by the latency: what comes once a day at a time, or on the days of a schedule, is promised by that alone. */
function goesByLatency({ everyMs, cron, time }: Read): boolean {
  return time === null || (cron === null && everyMs !== DAY_MS)
}

const anAge = (lateAfter: number): PolicyInput => ({ kind: 'age', lateAfter, staleAfter: 2 * lateAfter })

const TIME = /^(\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)?\s*(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d)|([A-Za-z]+\/[\w/+-]+))?$/

/** `07:00`, `07:00+01:00`, `07:00 Europe/Paris`: minutes of the day in a zone, an offset counted off; null: it is none. */
function readTime(text: string): Time | null {
  const [, hours, minutes, utc, sign, offsetHours, offsetMinutes, zone] = TIME.exec(text) ?? []
  if (hours === undefined || minutes === undefined || Number(hours) > 23 || Number(minutes) > 59) return null
  const wall = Number(hours) * 60 + Number(minutes)
  if (utc !== undefined) return { minutes: wall, zone: 'UTC' }
  if (sign !== undefined) {
    const offset = Number(offsetHours) * 60 + Number(offsetMinutes)
    return { minutes: sign === '+' ? wall - offset : wall + offset, zone: 'UTC' }
  }
  if (zone === undefined) return { minutes: wall, zone: null }
  return isValidZone(zone) ? { minutes: wall, zone } : null
}

/** A service level in words, and whether it is what its asset is judged by. */
export interface LevelView {
  words: string
  isJudged: boolean
}

/** The service levels of a contract as people read them, without the days of its version. */
export function levelViews(levels: readonly ServiceLevel[], judges: boolean): LevelView[] {
  const left = new Set(levelPromises(levels).left.map(({ level }) => level))
  return levels
    .filter(({ property }) => !OF_THE_VERSION.has(property))
    .map((level) => ({ words: levelInWords(level), isJudged: judges && !left.has(level) }))
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['availability', 'availability'],
  ['endOfLife', 'end of life'],
  ['endOfSupport', 'end of support'],
  ['errorRate', 'error rate'],
  ['frequency', 'frequency'],
  ['generalAvailability', 'general availability'],
  ['latency', 'latency'],
  ['retention', 'retention'],
  ['throughput', 'throughput'],
  ['timeOfAvailability', 'time of availability'],
  ['timeToDetect', 'time to detect'],
  ['timeToNotify', 'time to notify'],
  ['timeToRepair', 'time to repair'],
])

/** A service level as its contract says it: `retention 3 y`. */
export function levelInWords({ property, value, unit, cron }: ServiceLevel): string {
  return `${WORDS.get(property) ?? property} ${value}${unit === null ? '' : ` ${unit}`}${cron === null ? '' : ` (${cron})`}`
}
