import { type Snowflake, startSnowflake } from '#demo/startup/snowflake.ts'
import type { Connection, Observation } from '#lib/connectors/kit/connector.ts'
import type { SnowflakeSettings } from '#lib/connectors/snowflake/settings.ts'
import snowflake from '#lib/connectors/snowflake.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { askOnce } from './ask-once.ts'

export type Seen = Extract<Observation, { ok: true }>

export interface SnowflakeWorld {
  clock: HurriedClock
  standIn: Snowflake
  connector: ReturnType<typeof askOnce<SnowflakeSettings>>
  connection(settings?: Record<string, unknown>, signal?: AbortSignal): Connection<SnowflakeSettings>
  /** Looks at assets by their paths; each look is handed what the one before kept. */
  look(assets: Record<string, Record<string, unknown>>, settings?: Record<string, unknown>): Promise<Map<string, Observation>>
  /** Statements since the last call. */
  asked(): string[]
}

/** A stand-in for Snowflake and connections to it. */
export async function startSnowflakeWorld(): Promise<SnowflakeWorld> {
  const clock = new HurriedClock('2026-11-20T07:00:00Z')
  const standIn = await startSnowflake({ clock })
  const connector = askOnce(snowflake)
  const states = new Map<string, Record<string, unknown> | null>()
  const connection: SnowflakeWorld['connection'] = (settings = {}, signal = new AbortController().signal) => ({
    key: 'snow',
    settings: snowflake.settings.parse({
      url: standIn.url,
      account: standIn.account,
      user: 'tidemark',
      ...(settings['token'] === undefined && { privateKey: standIn.keys.first }),
      warehouse: standIn.warehouse,
      database: 'analytics',
      ...settings,
    }),
    clock,
    log: silentLog,
    signal,
  })
  return {
    clock,
    standIn,
    connector,
    connection,
    async look(assets, settings) {
      const asked = Object.entries(assets).map(([path, own]) => ({
        key: `snow/${path}`,
        path,
        settings: own,
        previous: states.get(path) ?? null,
      }))
      const seen = new Map<string, Observation>()
      for await (const observation of connector.observe(connection(settings), asked)) {
        const path = observation.assetKey.slice('snow/'.length)
        seen.set(path, observation)
        // As it comes back from where it is kept.
        if (observation.state !== undefined) states.set(path, JSON.parse(JSON.stringify(observation.state)))
      }
      return seen
    },
    asked: () => standIn.control.statements.splice(0).map(({ sql }) => sql),
  }
}

/** The observation, which has to be a good one. */
export function good(observation: Observation | undefined): Seen {
  if (observation?.ok !== true) throw new Error(`not seen: ${observation?.message ?? 'no answer'}`)
  return observation
}
