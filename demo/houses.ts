import type { Context, Sql } from '#lib/db/context.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Environment } from '#lib/platform/env.ts'
import { keepWorking, startEnterprise } from './enterprise/enterprise.ts'
import { UNTOLD_MS } from './enterprise/exports.ts'
import { buildEnterprise } from './enterprise/first-builds.ts'
import { requireEnterpriseTables } from './enterprise/lake-tables.ts'
import { loadAskedRuns } from './enterprise/replay.ts'
import { landAndBuild } from './games/first-builds.ts'
import { startGames } from './games/games.ts'
import { requirePriceTable } from './games/price-table.ts'
import type { Ports } from './ports.ts'

/** So long what people asked of a system is still to be seen there. */
const ASKED_MS = 2 * DAY_MS

/** A pretend house with a catalogue of its own, beside the campus and the start-up. */
export interface House {
  ports: Partial<Ports>
  variables: Record<string, string>
  /** Lets it work until the signal says so. */
  work(signal: AbortSignal): Promise<void>
  /** What is to be run at a start. */
  firstRuns(ctx: Context, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

interface BegunHouse {
  clock: Clock
  lakeUrl: string
  ports: Ports
  firstStart: Instant
  /** Until when an earlier start has told; undefined: there was none. */
  until: Instant | undefined
  /** Tidemark's own database. */
  sql: Sql
}

/** Starts the house that a demo shows, with its tables in the lake; null: it shows campus or start-up. */
export async function beginHouse(shows: Environment['demo'], given: BegunHouse): Promise<House | null> {
  if (shows === 'games') return beginGames(given)
  return shows === 'enterprise' ? beginEnterprise(given) : null
}

async function beginGames({ clock, lakeUrl, ports, firstStart, until }: BegunHouse): Promise<House> {
  await requirePriceTable(lakeUrl, { clock, firstStart })
  const games = await startGames({ clock, ports: ports.games, firstStart, until })
  return { ...games, ports: { games: games.ports }, firstRuns: landAndBuild }
}

async function beginEnterprise({ clock, lakeUrl, ports, firstStart, until, sql }: BegunHouse): Promise<House> {
  await requireEnterpriseTables(lakeUrl, { clock, firstStart, toldFrom: firstStart - UNTOLD_MS })
  const asked = until === undefined ? [] : await loadAskedRuns(sql, clock.now() - ASKED_MS, firstStart)
  const enterprise = await startEnterprise({ clock, ports: ports.enterprise, firstStart, lakeUrl, until, asked })
  return {
    ports: { enterprise: enterprise.ports },
    variables: enterprise.variables,
    work: (signal) => keepWorking(enterprise, clock, signal),
    firstRuns: buildEnterprise,
    close: enterprise.close,
  }
}
