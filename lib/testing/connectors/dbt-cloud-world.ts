import { type RunningCloud, startDbtCloud } from '#demo/startup/dbt-cloud.ts'
import type { CloudRun } from '#demo/startup/dbt-cloud-runs.ts'
import dbt from '#lib/connectors/dbt.ts'
import type { Connection, Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'

export const TOKEN = 'dbtc_never_to_be_shown'

/** Each world has an account of its own, since what is read of a run is kept. */
let accounts = 100

/** A dbt Cloud of its own, and a connection to it. No time passes while it waits, but it is noted how long. */
export class DbtCloudWorld {
  readonly clock: FakeClock
  readonly waits: number[] = []
  readonly #running: RunningCloud

  private constructor(clock: FakeClock, running: RunningCloud) {
    this.clock = clock
    this.#running = running
  }

  static async begin(now: string): Promise<DbtCloudWorld> {
    const clock = new FakeClock(now)
    const running = await startDbtCloud({ account: ++accounts, token: TOKEN })
    running.cloud.now = () => new Date(clock.now()).toISOString()
    return new DbtCloudWorld(clock, running)
  }

  get cloud() {
    return this.#running.cloud
  }

  end(): Promise<void> {
    return this.#running.close()
  }

  /** A run of job 7 that has ended well, with these files of its one command. */
  ran(id: number, at: string, writes: Record<string, unknown>, own: Partial<CloudRun> = {}): void {
    const times = { createdAt: at, startedAt: at, finishedAt: at }
    this.cloud.runs.push({
      id,
      job: 7,
      environment: 3,
      project: 2,
      status: 10,
      ...times,
      steps: [{ name: 'Invoke dbt with `dbt build`', writes }],
      ...own,
    })
  }

  ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const clock: Clock = {
      now: () => this.clock.now(),
      sleep: async (ms) => {
        this.waits.push(ms)
        this.clock.set(this.clock.now() + ms)
      },
    }
    const settings = dbt.settings.parse({ account: this.cloud.account, host: this.#running.url, token: TOKEN, jobs: [7], ...own })
    const connection: Connection<typeof settings> = { key: 'shop', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(dbt, connection, question)
  }

  /** Looks once at each of these, for the first time. */
  look(paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> {
    const assets = paths.map((path) => ({ key: `shop/${path}`, path, settings: {}, previous: null }))
    return this.ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
}
