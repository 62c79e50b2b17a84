import { chance } from '#demo/chance.ts'
import type { PastFile } from '#demo/past-landings.ts'
import { CAMPUS_ZONE } from '#demo/stretch.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { offsetAt, wallTimeAt } from '#lib/domain/time/zone.ts'
import { uuidOf } from '#lib/records/landed/row-uuid.ts'
import { ENTITIES, type Entity, nextCustomerFrom, recordsOf } from './entities.ts'

/** What can run: the exports of the entities, by themselves, and what Finance has transformed of two of them, when it is asked for. */
export const LINES = [...ENTITIES, 'revenue'] as const
export type Line = (typeof LINES)[number]

interface Job {
  /** Who runs it, and what they call it. */
  by: 'adf' | 'prefect'
  job: string
}

interface Habit extends Job {
  everyMs: number
  afterMs: number
  /** Give or take a third. */
  tookMs: number
}

const HABITS: Readonly<Record<Entity, Habit>> = {
  customer: { by: 'adf', job: 'export_customer', everyMs: 2 * HOUR_MS, afterMs: 10 * MINUTE_MS, tookMs: 70 * SECOND_MS },
  invoice: { by: 'adf', job: 'export_invoice', everyMs: 6 * HOUR_MS, afterMs: 30 * MINUTE_MS, tookMs: 160 * SECOND_MS },
  payment: { by: 'prefect', job: 'export-payments/hourly', everyMs: HOUR_MS, afterMs: 20 * MINUTE_MS, tookMs: 40 * SECOND_MS },
  product: { by: 'adf', job: 'export_product', everyMs: 6 * HOUR_MS, afterMs: 45 * MINUTE_MS, tookMs: 50 * SECOND_MS },
  order: { by: 'adf', job: 'export_order', everyMs: HOUR_MS, afterMs: 5 * MINUTE_MS, tookMs: 90 * SECOND_MS },
}

const TRANSFORMED: Job = { by: 'adf', job: 'transform_revenue' }

/** When they failed, in hours before the first start, and in whose words. */
const OUTAGES: readonly { line: Entity; hours: readonly [from: number, to: number]; problem: string }[] = [
  {
    line: 'invoice',
    hours: [13, 0],
    problem:
      'Operation on target CopyInvoices failed: ErrorCode=SelfHostedIntegrationRuntimeOffline, Message=The integration runtime ir-billing is offline.',
  },
  {
    line: 'customer',
    hours: [37 * 24 + 5, 37 * 24 - 6],
    problem:
      'Operation on target ReadCustomers failed: ErrorCode=UserErrorFailedToLogin, Message=AADSTS7000222: The provided client secret keys for app crm-export are expired.',
  },
  {
    line: 'product',
    hours: [71 * 24, 71 * 24 - 20],
    problem: 'Operation on target CopyProducts failed: ErrorCode=SqlFailedToConnect, Message=Cannot connect to SQL database shop-prod.',
  },
  {
    line: 'payment',
    hours: [12 * 24 + 1, 12 * 24 - 4],
    problem: 'Flow run could not be submitted to infrastructure: the work pool billing is out of memory (exit code 137).',
  },
  {
    line: 'order',
    hours: [58 * 24, 58 * 24 - 4],
    problem: 'Operation on target CopyOrders failed: ErrorCode=SqlOperationFailed, Message=Transaction was deadlocked on lock resources.',
  },
]

/** One run of an export, or of what was asked for. */
export interface LineRun {
  id: string
  line: Line
  startedAt: Instant
  endedAt: Instant
  /** null: it went well. */
  problem: string | null
}

/** Who runs it, and what they call it. */
export function jobOf(line: Line): Job {
  return line === 'revenue' ? TRANSFORMED : HABITS[line]
}

export function lineOfJob(by: Job['by'], job: string): Line | undefined {
  return LINES.find((line) => jobOf(line).by === by && jobOf(line).job === job)
}

/** Its runs that begin in [from, to), oldest first; the same on every call. */
export function runsBetween(line: Entity, from: Instant, to: Instant, firstStart: Instant): LineRun[] {
  const { everyMs, afterMs } = HABITS[line]
  const runs: LineRun[] = []
  for (let tick = Math.floor(from / everyMs) * everyMs - everyMs; tick < to; tick += everyMs) {
    const startedAt = tick + afterMs + Math.floor(chance(`${line} ${tick} begun`) * 20) * SECOND_MS
    if (startedAt >= from && startedAt < to) runs.push(runAt(line, startedAt, firstStart))
  }
  return runs
}

function runAt(line: Entity, startedAt: Instant, firstStart: Instant): LineRun {
  const hoursBefore = (firstStart - startedAt) / HOUR_MS
  const outage = OUTAGES.find(({ line: one, hours: [from, to] }) => one === line && hoursBefore <= from && hoursBefore > to)
  const share = outage === undefined ? 0.7 + 0.6 * chance(`${line} ${startedAt} took`) : 0.4
  const tookMs = Math.ceil((share * HABITS[line].tookMs) / SECOND_MS) * SECOND_MS
  return { id: uuidOf(line, startedAt), line, startedAt, endedAt: startedAt + tookMs, problem: outage?.problem ?? null }
}

/** A file that an export leaves in the namespace of its product. */
export interface ExportedFile extends PastFile {
  entity: Entity
}

/** What came in so short a time before a start is told by the queue, not by the past. */
export const UNTOLD_MS = 65 * MINUTE_MS

const NAMESPACES: Readonly<Record<Entity, string>> = {
  customer: 'crm',
  invoice: 'billing',
  payment: 'billing',
  product: 'shop',
  order: 'shop',
}

/** The table of the lake that the files of an entity land in. */
export function tableOf(entity: Entity): string {
  return `${NAMESPACES[entity]}.${entity}`
}

/** Where the files of an entity lie, as an asset. */
export function placeOf(entity: Entity): string {
  return `storage/${NAMESPACES[entity]}/${entity}`
}

/** The time of day where the company is, with how far that is from UTC: `070512-0500`. Clocks show an hour of November twice. */
function timeInName(at: Instant): string {
  const offsetMinutes = offsetAt(at, CAMPUS_ZONE) / MINUTE_MS
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60]
  const wall = new Date(wallTimeAt(at, CAMPUS_ZONE)).toISOString().slice(11, 19).replaceAll(':', '')
  return `${wall}${offsetMinutes < 0 ? '-' : '+'}${[hours, minutes].map((n) => String(n).padStart(2, '0')).join('')}`
}

/** What an export that ended then has left. */
export function fileOf(entity: Entity, at: Instant, firstStart: Instant): ExportedFile {
  const version = entity === 'customer' && at >= nextCustomerFrom(firstStart) ? 'v2' : 'v1'
  const lines = recordsOf(entity, at, firstStart).map((record) => JSON.stringify(record))
  return {
    entity,
    bucket: NAMESPACES[entity],
    key: `${entity}/${version}/date=${localDay(at, CAMPUS_ZONE)}/part-${timeInName(at)}.jsonl`,
    content: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    lines,
    at,
  }
}

/** What the exports of all entities left in [from, to), oldest first. */
export function filesBetween(from: Instant, to: Instant, firstStart: Instant): ExportedFile[] {
  const files = ENTITIES.flatMap((entity) =>
    runsBetween(entity, from - HOUR_MS, to, firstStart)
      .filter(({ endedAt, problem }) => problem === null && endedAt >= from && endedAt < to)
      .map(({ endedAt }) => fileOf(entity, endedAt, firstStart)),
  )
  return files.sort((a, b) => a.at - b.at)
}
