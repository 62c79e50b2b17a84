import { chance } from '#demo/chance.ts'
import { CAMPUS_ZONE, type Stretch } from '#demo/stretch.ts'
import { ticksBetween } from '#lib/domain/time/cron.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { atTimeOfDay, daysBetween, localDay } from '#lib/domain/time/local-day.ts'
import { JOBS, type Job, MODELS } from './models.ts'

/** One run of a job, from start to end, as the start-up's habits and faults have it. */
export interface JobRun {
  id: number
  job: number
  startedAt: Instant
  endedAt: Instant
  /** The model that failed, and what was said of it; null: all went well. What comes after it was skipped. */
  failed: { model: string; message: string } | null
}

interface Fault {
  job: number
  /** First and last local day before the day of the first start; below zero: it still goes wrong. */
  days: readonly [first: number, last: number]
  model: string
  minutes: number
  message: string
  /** When somebody ran it again, and it went well. */
  again?: string
}

const QUOTA = "090073 (22000): Warehouse 'TRANSFORM_WH' cannot be resumed because resource monitor 'MONTHLY' has exceeded its quota."

/** What went wrong in the last ninety days; the first that fits a day counts. `{day}` is the day of the run. */
export const STARTUP_FAULTS: readonly Fault[] = [
  {
    job: 102,
    days: [1, Number.NEGATIVE_INFINITY],
    model: 'raw_payments',
    minutes: 2,
    message: `Database Error in model raw_payments (models/load/payments/raw_payments.sql)
  100038 (22018): Numeric value '12,40' is not recognized
    File 'charges/{day}/part-0003.csv.gz', line 18211, character 31
    Row 18210, column "CHARGES"["AMOUNT":4]
  compiled code at target/run/wrenbury/models/load/payments/raw_payments.sql`,
  },
  {
    job: 103,
    days: [12, 11],
    model: 'raw_deals',
    minutes: 1,
    message: `Database Error in model raw_deals (models/load/crm/raw_deals.sql)
  000904 (42000): SQL compilation error: error line 12 at position 4
  invalid identifier 'AMOUNT_EUR'`,
  },
  {
    job: 201,
    days: [25, 25],
    model: 'int_orders',
    minutes: 5,
    message: `Database Error in model int_orders (models/staging/int_orders.sql)
  100090 (42P18): Duplicate row detected during DML action
    Row Values: ["O-48213377", "2 bags", "Rye Lane"]`,
    again: '09:50',
  },
  {
    job: 101,
    days: [37, 37],
    model: 'raw_order_lines',
    minutes: 9,
    message: `Database Error in model raw_order_lines\n  ${QUOTA}`,
    again: '08:20',
  },
  { job: 301, days: [50, 50], model: 'fct_orders', minutes: 3, message: `Database Error in model fct_orders\n  ${QUOTA}`, again: '08:40' },
  {
    job: 104,
    days: [64, 64],
    model: 'raw_sessions',
    minutes: 30,
    message: `Database Error in model raw_sessions (models/load/web/raw_sessions.sql)
  000630 (57014): Statement reached its statement or warehouse timeout of 1,800 second(s) and was canceled.`,
  },
  {
    job: 105,
    days: [81, 79],
    model: 'raw_ad_spend',
    minutes: 1,
    message: `Database Error in model raw_ad_spend (models/load/ads/raw_ad_spend.sql)
  003001 (42501): SQL access control error: Insufficient privileges to operate on stage 'ADS'`,
  },
]

/** So that later runs have greater numbers, as in dbt Cloud, and the same run has the same whenever it is told. */
const numberOf = (startedAt: Instant, job: Job) => Math.floor(startedAt / MINUTE_MS) * 10 + JOBS.indexOf(job)
const wholeSeconds = (ms: number) => Math.round(ms / SECOND_MS) * SECOND_MS

function faultOn(job: Job, at: Instant, firstStart: Instant): Fault | undefined {
  const daysBefore = daysBetween(localDay(at, CAMPUS_ZONE), localDay(firstStart, CAMPUS_ZONE))
  return STARTUP_FAULTS.find((fault) => fault.job === job.id && daysBefore <= fault.days[0] && daysBefore >= fault.days[1])
}

function run(job: Job, startedAt: Instant, fault: Fault | undefined): JobRun {
  const seconds = fault === undefined ? job.seconds * (0.7 + 0.6 * chance(`${job.id} ${startedAt} took`)) : fault.minutes * 60
  const failed = fault && {
    model: MODELS.find(({ name }) => name === fault.model)?.id ?? fault.model,
    message: fault.message.replaceAll('{day}', localDay(startedAt, CAMPUS_ZONE)),
  }
  return {
    id: numberOf(startedAt, job),
    job: job.id,
    startedAt,
    endedAt: startedAt + wholeSeconds(seconds * SECOND_MS),
    failed: failed ?? null,
  }
}

function runsOfTick(job: Job, tick: Instant, firstStart: Instant): JobRun[] {
  const fault = faultOn(job, tick, firstStart)
  const first = run(job, tick + wholeSeconds(chance(`${job.id} ${tick} queued`) * 25_000), fault)
  if (fault?.again === undefined) return [first]
  return [first, run(job, atTimeOfDay(localDay(tick, CAMPUS_ZONE), fault.again, CAMPUS_ZONE), undefined)]
}

/** The runs that begin in a stretch, the earliest first: the same whenever they are told. */
export function jobRuns({ from, to, firstStart }: Stretch): JobRun[] {
  return JOBS.flatMap((job) =>
    ticksBetween({ cron: job.cron, zone: CAMPUS_ZONE, calendar: null }, from - 24 * HOUR_MS, to).flatMap((tick) =>
      runsOfTick(job, tick, firstStart),
    ),
  )
    .filter(({ startedAt }) => startedAt >= from && startedAt < to)
    .sort((a, b) => a.startedAt - b.startedAt || a.id - b.id)
}

/** The models that a run loaded, and that it did not get to. */
export function modelsOf({ job, failed }: JobRun): { loaded: string[]; skipped: string[] } {
  const own = MODELS.filter((model) => model.job === job).map(({ id }) => id)
  return failed === null ? { loaded: own, skipped: [] } : { loaded: [], skipped: own.filter((id) => id !== failed.model) }
}
