import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import dbt from '#lib/connectors/dbt.ts'
import type { Found, Health, Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { AssetFacts } from '#lib/domain/freshness/facts.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { diffReadings, type KnownReadings } from '#lib/domain/freshness/witnesses/diff-readings.ts'
import { connectionWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { facts, settings, statusAt } from '#lib/testing/history/domain-builders.ts'
import { makeScratchFolder } from '#lib/testing/servers/scratch-folder.ts'

const WITNESS = connectionWitness('shop')
/** Three looks, five minutes apart. */
const BLIND_AFTER_MS = 15 * MINUTE_MS

interface Watched {
  settings: Record<string, unknown>
  previous: Record<string, unknown> | null
  known: KnownReadings
  facts: AssetFacts
}

/** A folder of artifacts, a connection that looks at it, and what Tidemark makes of what it sees, without a database. */
export class DbtWorld {
  readonly folder: string
  readonly clock: FakeClock
  /** What somebody else does while a look waits. */
  meanwhile: () => Promise<void> = async () => {}
  readonly #own: Record<string, unknown>
  readonly #watched = new Map<string, Watched>()

  private constructor(folder: string, now: string, own: Record<string, unknown>) {
    this.folder = folder
    this.clock = new FakeClock(now)
    this.#own = own
  }

  static async begin(now: string, own: Record<string, unknown> = {}): Promise<DbtWorld> {
    return new DbtWorld(await makeScratchFolder('tidemark-dbt-'), now, own)
  }

  end(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  put(name: string, content: unknown): Promise<void> {
    return writeFile(join(this.folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }

  take(name: string): Promise<void> {
    return rm(join(this.folder, name))
  }

  #ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    const { folder } = this
    const clock = { now: () => this.clock.now(), sleep: () => this.meanwhile() }
    const own = dbt.settings.parse({ path: folder, ...this.#own })
    const connection = { key: 'shop', settings: own, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(dbt, connection, question)
  }

  check(): Promise<Health> {
    return this.#ask((session) => session.check())
  }

  discover(): Promise<Found[]> {
    return this.#ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))
  }

  runs(since: string): Promise<ExternalRun[]> {
    return this.#ask((session) => Array.fromAsync(session.runs?.(Date.parse(since)) ?? []))
  }

  watch(path: string, own: Record<string, unknown> = {}): this {
    this.#watched.set(path, { settings: own, previous: null, known: {}, facts: facts() })
    return this
  }

  /** Looks at everything that is watched, and tells of one of them. */
  async look(path: string): Promise<Observation> {
    if (!this.#watched.has(path)) this.watch(path)
    const assets = [...this.#watched].map(([one, { settings: own, previous }]) => ({
      key: `shop/${one}`,
      path: one,
      settings: own,
      previous,
    }))
    const seen = await this.#ask((session) => Array.fromAsync(session.observe?.(assets) ?? []))
    for (const one of seen) this.#record(one)
    const own = seen.find(({ assetKey }) => assetKey === `shop/${path}`)
    if (own === undefined) throw new Error(`nothing was seen of ${path}`)
    return own
  }

  /** Looks again, and tells what is said of it besides its times. */
  async wordsOf(path: string): Promise<string> {
    const seen = await this.look(path)
    return seen.ok ? seen.warnings.join(' ') : seen.publicMessage
  }

  #record(seen: Observation): void {
    const watched = this.#watched.get(seen.assetKey.slice('shop/'.length))
    if (watched === undefined || !seen.ok) return
    const lookedAt = this.clock.now()
    const arrivals = diffReadings(watched.known, seen.readings, { lookedAt, witness: WITNESS, rows: seen.rows })
    for (const { clock, at, precision } of seen.readings) watched.known = { ...watched.known, [clock]: { at, precision } }
    watched.previous = seen.state
    watched.facts = { ...watched.facts, probedAt: lookedAt, arrivals: [...watched.facts.arrivals, ...arrivals] }
  }

  /** Looks again, and tells how it stands: `fresh/…`. */
  async status(path: string, policy: Policy): Promise<string> {
    await this.look(path)
    return this.statusNow(path, policy)
  }

  statusNow(path: string, policy: Policy): string {
    const own = settings([policy], { blindAfterMs: BLIND_AFTER_MS })
    return statusAt(own, this.#watched.get(path)?.facts ?? facts(), this.clock.now())
  }

  correctionsOf(path: string): number {
    return this.#watched.get(path)?.facts.arrivals.filter(({ kind }) => kind === 'correction').length ?? 0
  }
}
