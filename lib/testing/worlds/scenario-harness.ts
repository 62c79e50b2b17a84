import { Client, Pool } from 'pg'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import { noteAbsence } from '#jobs/worker/heartbeats.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadKinds, loadNotifiers } from '#jobs/worker/load-kinds.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import type { Context } from '#lib/db/context.ts'
import { getNextMessageAt } from '#lib/db/messages/messages.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { countWrites } from '#lib/testing/database/count-writes.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { PULSE, type ScenarioWorker, stepOf, waitForRuns } from './scenario-worker.ts'

const extensions = await loadExtensions()
const notifiers = await loadNotifiers()
const kinds = await loadKinds()

/** For what is due, what a run leads to, and the messages about it. */
const PASSES_MAX = 3

/** What a scenario runs on: real databases, the pretend campus, real jobs, and a clock that only it moves. */
export class ScenarioHarness {
  readonly clock: FakeClock
  readonly ctx: Context
  readonly lakeUrl: string
  readonly variables = new Map<string, string>()
  readonly #campusOptions = { termCount: 12, coursesPerTerm: 10 }
  readonly #lake: Pool
  readonly #closing: (() => Promise<void>)[]
  readonly #newContext: () => Context
  #campus: Campus | null = null
  readonly #kinds = new Map([...kinds].filter(([name]) => name !== PULSE))
  #workers: ScenarioWorker[] = []

  private constructor(clock: FakeClock, newContext: () => Context, lakeUrl: string, closing: (() => Promise<void>)[]) {
    this.clock = clock
    this.#newContext = newContext
    this.ctx = newContext()
    this.lakeUrl = lakeUrl
    this.#lake = new Pool({ connectionString: lakeUrl, max: 2 })
    this.#lake.on('error', () => {})
    this.#closing = closing
    this.variables.set('LAKE_DATABASE_URL', lakeUrl)
  }

  static async open(now: string, options: { idle?: boolean } = {}): Promise<ScenarioHarness> {
    const clock = new FakeClock(now)
    const [state, lake] = await Promise.all([createTestDatabase(), createTestDatabase({ empty: true })])
    const harness = new ScenarioHarness(clock, () => state.context(clock), lake.url, [state.drop, lake.drop])
    await harness.startCampus()
    if (options.idle !== true) harness.addWorker()
    return harness
  }

  async close(): Promise<void> {
    for (const { stop } of this.#workers) stop.abort()
    await this.stopCampus()
    await this.#lake.end()
    await Promise.all(this.#closing.map((end) => end()))
  }

  get campus(): Campus {
    if (this.#campus === null) throw new Error('the campus has been stopped')
    return this.#campus
  }

  async startCampus(): Promise<void> {
    const campus = await startCampus({ clock: this.clock, ...this.#campusOptions })
    this.variables.set('PEOPLESOFT_URL', campus.url).set('PEOPLESOFT_USER', campus.credentials.user)
    this.variables.set('PEOPLESOFT_PASSWORD', campus.credentials.password)
    this.variables.set('SNAPLOGIC_URL', campus.courseUrl).set('SNAPLOGIC_KEY', campus.credentials.key)
    this.#campus = campus
  }

  async stopCampus(): Promise<void> {
    await this.#campus?.close()
    this.#campus = null
  }

  async declare(text: string): Promise<void> {
    const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text }], extensions)
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    await syncCatalogue(this.ctx, loaded)
  }

  addWorker(more: Partial<JobServices> = {}): ScenarioWorker {
    const stop = new AbortController()
    const services = testServices(this.#newContext(), {
      ...extensions,
      notifiers,
      lakeUrl: this.lakeUrl,
      lookup: (name) => this.variables.get(name),
      workerId: `harness/${this.#workers.length + 1}`,
      signal: stop.signal,
      ...more,
    })
    const worker = { services, stop, kinds: this.#kinds }
    this.#workers.push(worker)
    return worker
  }

  async until(instant: string): Promise<void> {
    const end = Date.parse(instant)
    for (;;) {
      const next = await this.step()
      if (this.clock.now() >= end) break
      this.clock.set(Math.min(Math.max(next, this.clock.now() + 1), end))
    }
    await rollUpDays(this.ctx)
  }

  async reload(flow: string, parameters: Record<string, unknown> = {}): Promise<string> {
    await this.clock.advance(SECOND_MS)
    const { runId } = await requestRun(this.ctx, { flow, parameters })
    await this.step()
    return runId
  }

  /** All workers do what is due now, concurrently, and what follows; answers when something is due next. */
  async step(): Promise<number> {
    let next = Number.POSITIVE_INFINITY
    for (let passes = 0, again = true; again && passes < PASSES_MAX; passes += 1) {
      next = Math.min(...(await Promise.all(this.#workers.map(stepOf))))
      const hasRun = await waitForRuns(this.ctx, this.clock, this.#workers)
      const messageAt = await getNextMessageAt(this.ctx.pool)
      again = hasRun || (messageAt !== null && messageAt <= this.clock.now())
    }
    return next
  }

  /** Nobody works until an instant; then the workers are back, as after a restart. */
  async sleepUntil(instant: string): Promise<void> {
    this.clock.set(instant)
    for (const { services } of this.#workers) await noteAbsence(services)
    await this.step()
  }

  async rows<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.ctx.pool.query<R>(text, values)).rows
  }

  /** From now on databases are asked every few seconds whether they are there. */
  beginPulses(): void {
    const pulse = kinds.get(PULSE)
    if (pulse !== undefined) this.#kinds.set(PULSE, pulse)
  }

  /** Runs SQL over a connection of its own: also in a lake that was made anew. */
  async inLake(text: string): Promise<void> {
    const client = new Client({ connectionString: this.lakeUrl })
    await client.connect()
    await client.query(text)
    await client.end()
  }

  /** Somebody drops the database of the lake, whoever is in it. */
  async dropLake(): Promise<void> {
    const lake = new URL(this.lakeUrl)
    const name = lake.pathname.slice(1)
    lake.pathname = '/postgres'
    const admin = new Client({ connectionString: lake.href })
    await admin.connect()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }

  async changeLake(text: string): Promise<void> {
    const session = await this.#lake.connect()
    await session.query(text)
    await countWrites(session)
    session.release()
  }

  async lake<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.#lake.query<R>(text, values)).rows
  }

  /** Every row of every table of the lake that holds data, sorted, without when it was last seen. */
  async lakeContent(): Promise<Record<string, unknown[]>> {
    const tables = await this.lake<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema ~ '_(raw|xform|curated)$' and table_type = 'BASE TABLE' order by 1`,
    )
    const content: Record<string, unknown[]> = {}
    for (const { name } of tables)
      content[name] = await this.lake(`select to_jsonb(t) - 'last_seen_at' - 'last_seen_run' as row from ${name} t order by 1`)
    return content
  }
}
