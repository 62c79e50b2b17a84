import { z } from 'zod'

const startup = z.object({ snowflake: z.number(), looker: z.number(), dbt: z.number() })
const games = z.object({ store: z.number(), search: z.number() })
const NO_GAMES = { store: 0, search: 0 }
const enterprise = z.object({ store: z.number(), search: z.number(), factory: z.number(), prefect: z.number() })
const NO_ENTERPRISE = { store: 0, search: 0, factory: 0, prefect: 0 }
const NO_STARTUP = { snowflake: 0, looker: 0, dbt: 0 }

/** Ports of an earlier start, taken again where free, so that a restart of the demo leaves the worker's connections alone. */
export const portsSchema = z.object({
  campus: z.number(),
  departments: z.number(),
  ssh: z.number(),
  startup: startup.default(NO_STARTUP),
  games: games.default(NO_GAMES),
  enterprise: enterprise.default(NO_ENTERPRISE),
})
export type Ports = z.infer<typeof portsSchema>

export const NO_PORTS: Ports = { campus: 0, departments: 0, ssh: 0, startup: NO_STARTUP, games: NO_GAMES, enterprise: NO_ENTERPRISE }

/** Starts something on that port, or where it is taken on any. */
export async function onPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  return start(port).catch((error: unknown) => {
    if (port === 0) throw error
    return start(0)
  })
}

export function portOf(url: string): number {
  return Number(new URL(url).port)
}
