import type { DbtCloud } from '#demo/startup/dbt-cloud.ts'
import type { CloudRun } from '#demo/startup/dbt-cloud-runs.ts'
import type { PretendLooker } from '#demo/startup/looker.ts'
import type { SnowflakeControl } from '#demo/startup/snowflake/control.ts'
import { PAST_DAYS } from '#demo/stretch.ts'
import { DAY_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { manifest, runResults, sourceFreshness } from './artifacts.ts'
import { JOBS, MODELS } from './models.ts'
import { type JobRun, jobRuns, modelsOf } from './runs.ts'

/** Runs older than this dbt Cloud has forgotten. */
const KEPT_MS = 35 * DAY_MS
const REFRESH_MS = 15 * MINUTE_MS
const QUEUED_MS = 15 * SECOND_MS
const PROJECT = 1
const ENVIRONMENT = 1
const REPORTS = ['Cash', 'Pipeline']

export interface Systems {
  snowflake: SnowflakeControl
  looker: Pick<PretendLooker, 'world'>
  cloud: DbtCloud
}

/** A coffee start-up at work: what its jobs do at their hours is seen in dbt Cloud, in Snowflake and in Looker. */
export class Company {
  readonly #systems: Systems
  readonly #firstStart: Instant
  readonly #manifest: Record<string, unknown>
  /** Runs that have begun and whose end nobody has seen yet. */
  #open: JobRun[] = []
  #now: Instant
  readonly #ours = new Set<number>()

  constructor(systems: Systems, firstStart: Instant) {
    this.#systems = systems
    this.#firstStart = firstStart
    this.#now = firstStart - PAST_DAYS * DAY_MS
    this.#manifest = manifest(firstStart - PAST_DAYS * DAY_MS)
    for (const { id, name } of JOBS) systems.cloud.names.set(id, name)
    for (const { relation } of MODELS) systems.snowflake.table(relation).lastAltered = this.#now
  }

  /** Lets everything happen that happens until then. */
  advance(now: Instant): void {
    const begun = jobRuns({ from: this.#now, to: now, firstStart: this.#firstStart })
    this.#now = now
    const open = [...this.#open, ...begun]
    const { cloud } = this.#systems
    for (const run of begun) this.#ours.add(run.id)
    const shown = new Map(cloud.runs.map((run) => [run.id, run]))
    for (const run of open) shown.set(run.id, this.#toCloudRun(run, now))
    this.#takeOrders(
      [...shown.values()].filter(({ id }) => !this.#ours.has(id)),
      now,
    )
    const kept = [...shown.values()].filter(({ createdAt }) => Date.parse(createdAt) > now - KEPT_MS)
    cloud.runs.splice(0, cloud.runs.length, ...kept.toSorted((a, b) => a.id - b.id))
    for (const run of open.filter(({ endedAt }) => endedAt <= now)) this.#load(run)
    this.#open = open.filter(({ endedAt }) => endedAt > now)
    this.#refresh(now)
    this.#edit(now)
  }

  /** Takes up what somebody asked for before the demo was off, as far as it went well: these runs are listed, and what they loaded is there. */
  remember(runs: readonly Omit<JobRun, 'failed'>[]): void {
    for (const asked of runs.filter(({ id }) => !this.#ours.has(id)).toSorted((a, b) => a.endedAt - b.endedAt)) {
      const run = { ...asked, failed: null }
      this.#systems.cloud.runs.push(this.#toCloudRun(run, this.#now))
      this.#load(run)
    }
  }

  #toCloudRun(run: JobRun, now: Instant): CloudRun {
    const { id, job, startedAt, endedAt, failed } = run
    const hasEnded = endedAt <= now
    const createdAt = new Date(startedAt).toISOString()
    return {
      ...{ id, job, environment: ENVIRONMENT, project: PROJECT, createdAt, startedAt: createdAt },
      status: hasEnded ? (failed === null ? 10 : 20) : 3,
      finishedAt: hasEnded ? new Date(endedAt).toISOString() : null,
      steps: hasEnded ? this.#stepsOf(run) : [],
    }
  }

  #stepsOf(run: JobRun): CloudRun['steps'] {
    const names = JOBS.find(({ id }) => id === run.job)?.steps ?? []
    const built = { 'manifest.json': this.#manifest, 'run_results.json': runResults(run) }
    return names.map((name) => ({ name, writes: name.includes('freshness') ? { 'sources.json': sourceFreshness(run) } : built }))
  }

  /** A run that somebody asked for in dbt Cloud takes its minute and goes well. */
  #takeOrders(asked: readonly CloudRun[], now: Instant): void {
    for (const run of asked) {
      const since = Date.parse(run.createdAt)
      if (run.status === 1 && now - since >= QUEUED_MS) Object.assign(run, { status: 3, startedAt: new Date(now).toISOString() })
      else if (run.status === 3 && now - Date.parse(run.startedAt ?? run.createdAt) >= MINUTE_MS) {
        const done = { id: run.id, job: run.job, startedAt: Date.parse(run.startedAt ?? run.createdAt), endedAt: now, failed: null }
        Object.assign(run, { status: 10, finishedAt: new Date(now).toISOString(), steps: this.#stepsOf(done) })
        this.#load(done)
      }
    }
  }

  /** What a run wrote lies in the warehouse; what it could not, stays as it was. */
  #load(run: JobRun): void {
    const { snowflake, looker } = this.#systems
    const { loaded } = modelsOf(run)
    for (const { id, relation } of MODELS) {
      const table = snowflake.table(relation)
      if (!loaded.includes(id) || table.type === 'VIEW' || table.lastAltered >= run.endedAt) continue
      snowflake.load(relation, { rows: Math.round((table.rows ?? 0) * 1.0004), newest: run.endedAt })
      table.lastAltered = run.endedAt
    }
    if (run.job !== 301 || run.failed !== null) return
    for (const group of looker.world.datagroups) group.triggeredAt = run.endedAt
    for (const build of looker.world.builds) build.endedAt = run.endedAt + 4 * MINUTE_MS
  }

  #refresh(now: Instant): void {
    const at = Math.floor(now / REFRESH_MS) * REFRESH_MS
    for (const table of this.#systems.snowflake.tables) {
      if (!table.isDynamic || table.refreshes.at(-1)?.dataTimestamp === at) continue
      table.refreshes = [...table.refreshes.slice(-3), { state: 'SUCCEEDED', action: 'INCREMENTAL', dataTimestamp: at }]
    }
  }

  /** Somebody works on the reports every day: that says nothing of their data. */
  #edit(now: Instant): void {
    const edited = new Date(now - 35 * MINUTE_MS).toISOString().replace('Z', '+00:00')
    for (const one of this.#systems.looker.world.dashboards) if (REPORTS.includes(one.title)) one.updated_at = edited
  }
}
