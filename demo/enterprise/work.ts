import type { DataFactory, FactoryRun } from '#demo/startup/adf.ts'
import type { Prefect } from '#demo/startup/prefect.ts'
import type { PrefectRun } from '#demo/startup/prefect-runs.ts'
import { putObject } from '#demo/stores/s3/buckets.ts'
import type { PretendS3 } from '#demo/stores/s3.ts'
import { DAY_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { ENTITIES } from './entities.ts'
import { type ExportedFile, fileOf, filesBetween, jobOf, LINES, type Line, type LineRun, lineOfJob, runsBetween } from './exports.ts'

/** So much lies in the namespaces. */
const KEPT_MS = 2 * DAY_MS
/** So long a run that somebody asked for waits, and takes. */
const WAITS_MS = 4 * SECOND_MS
const TAKES_MS = 20 * SECOND_MS

interface Systems {
  store: PretendS3
  factory: DataFactory
  prefect: Prefect
  /** What Finance has transformed is made anew. */
  transform: (at: Instant) => Promise<void>
}

/** A run as its system shows it. */
interface Shown {
  begin(at: Instant): void
  goesOn(): boolean
  /** One that was to be cancelled is cancelled then. */
  end(at: Instant, problem: string | null): void
}

/** A run that has not ended. */
interface Open {
  line: Line
  shown: Shown
  startsAt: Instant
  endsAt: Instant
  problem: string | null
}

/** What Fernhill's pipelines and deployments do, by themselves and when somebody asks. */
export class Work {
  readonly #systems: Systems
  readonly #firstStart: Instant
  readonly #deployment: ReturnType<Prefect['deploy']>
  readonly #open: Open[] = []
  /** Runs that somebody asked for and that are seen. */
  readonly #seen = new Set<string>()
  #until: Instant = 0

  constructor(systems: Systems, firstStart: Instant) {
    this.#systems = systems
    this.#firstStart = firstStart
    const { factory, prefect } = systems
    const [flow = '', name = ''] = jobOf('payment').job.split('/')
    this.#deployment = prefect.deploy(flow, name, { tags: ['billing'] })
    for (const line of LINES)
      if (jobOf(line).by === 'adf') factory.pipeline(jobOf(line).job, { folder: line === 'revenue' ? 'transformations' : 'exports' })
  }

  /** What was done of late; the queue tells of what came since an instant. `asked`: runs that somebody asked for and that went well. */
  fill(now: Instant, toldFrom: Instant, asked: readonly LineRun[]): void {
    const from = now - KEPT_MS
    for (const file of [...filesBetween(from, toldFrom, this.#firstStart), ...this.#filesOf(asked)]) this.#put(file, false)
    for (const file of filesBetween(toldFrom, now, this.#firstStart)) this.#put(file, true)
    for (const entity of ENTITIES) for (const run of runsBetween(entity, from, now, this.#firstStart)) this.#begin(run)
    for (const run of asked) this.#begin(run)
    this.#until = now
    for (const one of this.#open.splice(0)) {
      one.shown.begin(one.startsAt)
      if (one.endsAt <= now) one.shown.end(one.endsAt, one.problem)
      else this.#open.push(one)
    }
  }

  /** Goes on to an instant: what is due begins and ends, and leaves its file. */
  async advance(now: Instant): Promise<void> {
    for (const entity of ENTITIES) for (const run of runsBetween(entity, this.#until, now, this.#firstStart)) this.#begin(run)
    this.#until = now
    this.#takeUp(now)
    for (const one of this.#open) if (one.startsAt <= now) one.shown.begin(one.startsAt)
    const [over, open] = [this.#open.filter(({ endsAt }) => endsAt <= now), this.#open.filter(({ endsAt }) => endsAt > now)]
    this.#open.splice(0, Infinity, ...open)
    for (const one of over) await this.#end(one)
  }

  async #end({ line, shown, endsAt, problem }: Open): Promise<void> {
    const why = problem ?? (shown.goesOn() ? await this.#work(line, endsAt) : null)
    shown.end(endsAt, why)
  }

  /** Does what a run is for; answers what went wrong. */
  async #work(line: Line, at: Instant): Promise<string | null> {
    if (line !== 'revenue') this.#put(fileOf(line, at, this.#firstStart), true)
    else
      try {
        await this.#systems.transform(at)
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    return null
  }

  #filesOf(runs: readonly LineRun[]): ExportedFile[] {
    return runs.flatMap(({ line, endedAt }) => (line === 'revenue' ? [] : [fileOf(line, endedAt, this.#firstStart)]))
  }

  #put({ bucket, key, content, at }: ExportedFile, isTold: boolean): void {
    const { store } = this.#systems
    if (isTold) store.put(bucket, key, content, at)
    else putObject(store.bucket(bucket), key, content, at)
  }

  #begin({ id, line, startedAt, endedAt, problem }: LineRun): void {
    const { by, job } = jobOf(line)
    const at = new Date(startedAt).toISOString()
    const shown =
      by === 'adf'
        ? shownByFactory(this.#systems.factory.ran(job, at, { id, status: 'Queued', start: null, end: null }))
        : shownByPrefect(
            this.#systems.prefect.ran(this.#deployment, at, { id, type: 'SCHEDULED', name: 'Scheduled', count: 0, start: null, end: null }),
          )
    this.#seen.add(id)
    this.#open.push({ line, shown, startsAt: startedAt, endsAt: endedAt, problem })
  }

  /** Runs that somebody asked for begin, and go well. */
  #takeUp(now: Instant): void {
    const { factory, prefect } = this.#systems
    const takeUp = (id: string, line: Line | undefined, shown: Shown) => {
      if (this.#seen.has(id) || line === undefined) return
      this.#seen.add(id)
      this.#open.push({ line, shown, startsAt: now + WAITS_MS, endsAt: now + WAITS_MS + TAKES_MS, problem: null })
    }
    for (const run of factory.runs) takeUp(run.id, lineOfJob('adf', run.pipeline), shownByFactory(run))
    for (const run of prefect.runs) takeUp(run.id, lineOfJob('prefect', `${run.flow}/${this.#deployment.name}`), shownByPrefect(run))
  }
}

function shownByFactory(run: FactoryRun): Shown {
  return {
    begin(at) {
      if (run.status !== 'Queued') return
      Object.assign(run, { status: 'InProgress', start: new Date(at).toISOString() })
    },
    goesOn: () => run.status === 'InProgress',
    end(at, problem) {
      if (run.status === 'Canceling') Object.assign(run, { status: 'Cancelled', end: new Date(at).toISOString() })
      if (run.status !== 'InProgress') return
      Object.assign(run, { status: problem === null ? 'Succeeded' : 'Failed', end: new Date(at).toISOString(), message: problem ?? '' })
    },
  }
}

function shownByPrefect(run: PrefectRun): Shown {
  return {
    begin(at) {
      if (run.type !== 'SCHEDULED') return
      Object.assign(run, { type: 'RUNNING', name: 'Running', count: 1, start: new Date(at).toISOString() })
    },
    goesOn: () => run.type === 'RUNNING',
    end(at, problem) {
      if (run.type === 'CANCELLING') Object.assign(run, { type: 'CANCELLED', name: 'Cancelled', end: new Date(at).toISOString() })
      if (run.type !== 'RUNNING') return
      const state = problem === null ? { type: 'COMPLETED', name: 'Completed' } : { type: 'CRASHED', name: 'Crashed' }
      Object.assign(run, { ...state, message: problem, end: new Date(at).toISOString() })
    },
  }
}
