import { randomUUID } from 'node:crypto'
import { Pool } from 'pg'
import { type CampusOptions, startCampus } from '#demo/campus/campus.ts'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import type { FileSession } from '#lib/connectors/kit/files.ts'
import type { IndexBuild, WantedBuild } from '#lib/connectors/kit/index-build.ts'
import type { WritingSession } from '#lib/connectors/kit/write.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Flow } from '#lib/engine/flow.ts'
import type { FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import { openLake } from '#lib/engine/lake/lake.ts'
import type { RunEnd } from '#lib/engine/run/run-end.ts'
import { runFlow } from '#lib/engine/run/run-flow.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { MemoryLedger } from './memory-ledger.ts'

/** A clock that is set; waits of retries pass at once, limits of tasks are never reached. */
class PatientClock implements Clock {
  #now: Instant

  constructor(now: string) {
    this.#now = Date.parse(now)
  }

  now(): Instant {
    return this.#now
  }

  set(now: string): void {
    this.#now = Date.parse(now)
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 4 * MINUTE_MS) return
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
  }
}

export interface RunOptions {
  parameters?: Record<string, unknown>
  runId?: string
  attempt?: number
  scheduledFor?: Instant
  ledger?: MemoryLedger
  connections?: Record<string, string>
  extract?: (request: Record<string, unknown>, signal: AbortSignal) => AsyncIterable<unknown>
  deliver?: (connection: string, delivery: Delivery) => Promise<Delivered>
  /** Where the files of every connection lie. */
  store?: Required<Pick<FileSession, 'openFile' | 'copyFile'>>
  write?: NonNullable<WritingSession['write']>
  inbox?: FlowInbox
  buildIndex?: (wanted: WantedBuild, signal: AbortSignal) => IndexBuild
  signal?: AbortSignal
}

function noFiles(): Promise<never> {
  return Promise.reject(new Error('this harness keeps no files and takes no rows'))
}

export async function lakeWithCampus(campusOptions: Partial<CampusOptions> = {}) {
  const clock = new PatientClock('2026-11-20T07:00:00Z')
  const database = await createTestDatabase({ empty: true })
  const campus = await startCampus({ clock, ...campusOptions })
  const pool = new Pool({ connectionString: database.url, max: 4 })
  pool.on('error', () => {})
  let fence = 0

  async function run<P>(name: string, flow: Flow<P>, options: RunOptions = {}): Promise<RunEnd & { ledger: MemoryLedger }> {
    const { parameters = {}, runId = randomUUID(), attempt = 1, ledger = new MemoryLedger(), connections = {} } = options
    const source = options.extract
    const control = new AbortController()
    fence += 1
    const holder = { flow: name, fence, runId, attempt }
    const end = await runFlow(
      { runId, attempt, scheduledFor: options.scheduledFor ?? clock.now(), flow, parameters, timeoutMs: flow.timeoutMs },
      {
        clock,
        random: () => 0.5,
        log: silentLog,
        ledger,
        openLake: (signal) => openLake({ url: database.url, clock, log: silentLog, signal, assertHeld: () => {}, ...holder }),
        extract: (connection, request, signal) =>
          source
            ? source(request, signal)
            : openCampusConnection(campus, connections[connection] ?? connection, { clock, signal }).extract(request),
        deliver: options.deliver ?? (() => Promise.reject(new Error('this harness delivers nothing'))),
        openFile: (_connection, file, signal) => options.store?.openFile(file, signal) ?? noFiles(),
        copyFile: (_connection, file, to, signal) => options.store?.copyFile(file, to, signal) ?? noFiles(),
        write: (_connection, writing, signal) => options.write?.(writing, signal) ?? noFiles(),
        ...(options.inbox && { inbox: options.inbox }),
        buildIndex: async (_, wanted, signal) => {
          if (options.buildIndex === undefined) throw new Error('this harness builds no index')
          return options.buildIndex(wanted, signal)
        },
        signal: options.signal ?? control.signal,
      },
    )
    return { ...end, ledger }
  }

  return {
    clock,
    campus,
    control: campus.control,
    url: database.url,
    run,
    async rows<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
      const { rows } = await pool.query<R>(text, values)
      return rows
    },
    async count(table: string, where = 'true'): Promise<number> {
      const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${table} where ${where}`)
      return rows[0]?.count ?? -1
    },
    async close(): Promise<void> {
      await pool.end()
      await campus.close()
      await database.drop()
    },
  }
}
export type LakeWithCampus = Awaited<ReturnType<typeof lakeWithCampus>>
