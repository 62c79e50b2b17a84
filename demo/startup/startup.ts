import { onPort, portOf } from '#demo/ports.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { Company } from './company/company.ts'
import type { JobRun } from './company/runs.ts'
import { startDbtCloud } from './dbt-cloud.ts'
import { startLooker } from './looker.ts'
import { startSnowflake } from './snowflake.ts'

export interface StartupPorts {
  snowflake: number
  looker: number
  dbt: number
}

export interface Startup {
  ports: StartupPorts
  variables: Record<string, string>
  /** Lets the company work until the signal says so. */
  work(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const DBT_TOKEN = 'pretend-dbt-cloud-token'
const STEP_MS = 5 * SECOND_MS

interface Systems {
  snowflake: Awaited<ReturnType<typeof startSnowflake>>
  looker: Awaited<ReturnType<typeof startLooker>>
  dbt: Awaited<ReturnType<typeof startDbtCloud>>
}

/** By what the catalogue reaches the systems of the start-up. */
export function variablesFor({ snowflake, looker, dbt }: Systems, dbtToken: string): Record<string, string> {
  return {
    DEMO_SNOWFLAKE_URL: snowflake.url,
    DEMO_SNOWFLAKE_TOKEN: snowflake.accessToken,
    DEMO_LOOKER_URL: looker.url,
    DEMO_LOOKER_ID: looker.credentials.clientId,
    DEMO_LOOKER_SECRET: looker.credentials.clientSecret,
    DEMO_DBT_URL: dbt.url,
    DEMO_DBT_TOKEN: dbtToken,
  }
}

/** Starts Snowflake, Looker and dbt Cloud as a coffee start-up has them, as far as its work has come by now. */
export async function startStartup({
  clock,
  ports,
  firstStart,
  asked,
}: {
  clock: Clock
  ports: StartupPorts
  firstStart: Instant
  /** Runs that went well, those that people asked for among them. */
  asked: readonly Omit<JobRun, 'failed'>[]
}): Promise<Startup> {
  const snowflake = await onPort(ports.snowflake, (port) => startSnowflake({ clock, port }))
  const looker = await onPort(ports.looker, (port) => startLooker({ clock, port }))
  const dbt = await onPort(ports.dbt, (port) => startDbtCloud({ account: 1, token: DBT_TOKEN, port }))
  const company = new Company({ snowflake: snowflake.control, looker, cloud: dbt.cloud }, firstStart)
  company.advance(clock.now())
  company.remember(asked)
  return {
    ports: { snowflake: portOf(snowflake.url), looker: portOf(looker.url), dbt: portOf(dbt.url) },
    variables: variablesFor({ snowflake, looker, dbt }, DBT_TOKEN),
    async work(signal) {
      while (!signal.aborted) {
        company.advance(clock.now())
        await clock.sleep(STEP_MS, signal)
      }
    },
    async close() {
      await Promise.all([snowflake.close(), looker.close(), dbt.close()])
    },
  }
}
