import { emptyWorld, type LookerDashboard, type LookerElement, type LookerWorld, tile } from '#demo/startup/looker/world.ts'
import { type PretendLooker, startLooker } from '#demo/startup/looker.ts'
import type { Connection, Found } from '#lib/connectors/kit/connector.ts'
import { Turns, UNLIMITED } from '#lib/connectors/kit/turns.ts'
import type { LookerSettings } from '#lib/connectors/looker/settings.ts'
import looker from '#lib/connectors/looker.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from './ask-once.ts'

const opened: PretendLooker[] = []

/** Starts a Looker that `closeLookers` ends. */
export async function openLooker(
  world?: LookerWorld,
  more: { clock?: FakeClock; pause?: () => Promise<void> } = {},
): Promise<PretendLooker> {
  const server = await startLooker({ clock: new FakeClock('2026-11-20T07:00:00Z'), ...(world && { world }), ...more })
  opened.push(server)
  return server
}

/** Ends all that are open. */
export async function closeLookers(): Promise<void> {
  for (const one of opened.splice(0)) await one.close()
}

/** A connection to it, limited as a worker limits it. */
export function connectionTo(
  { url, credentials }: PretendLooker,
  settings: Record<string, unknown> = {},
  clock = new FakeClock('2026-11-20T07:00:00Z'),
): Connection<LookerSettings> {
  return {
    key: 'looker',
    settings: looker.settings.parse({ url, ...credentials, ...settings }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    turns: new Turns(clock, looker.limits ?? UNLIMITED),
  }
}

/** All that is found in it. */
export function discover(server: PretendLooker, settings?: Record<string, unknown>): Promise<Found[]> {
  return Array.fromAsync(askOnce(looker).discover(connectionTo(server, settings)))
}

/** When everything was edited: just now. */
export const EDITED = '2026-11-20T06:59:00.000+00:00'
/** A dashboard with these tiles. */
export const board = (id: string, elements: LookerElement[], more: Partial<LookerDashboard> = {}): LookerDashboard => {
  return { id, title: `Board ${id}`, folder: '1', updated_at: EDITED, elements, ...more }
}

/** One explore of orders with users, and whatever stands in its files. */
export function aWorld(files: Record<string, string> = {}, more: Partial<LookerWorld> = {}): LookerWorld {
  const explores: LookerWorld['explores'] = new Map([
    [
      'startup/orders',
      {
        view_name: 'orders',
        sql_table_name: 'lake.orders',
        connection: 'warehouse',
        joins: [
          { name: 'users', sql_table_name: 'lake.users', dependent_fields: ['orders.user_id', 'users.id'] },
          { name: 'daily', sql_table_name: null, dependent_fields: ['orders.day', 'daily.day'] },
        ],
        fields: [
          { name: 'orders.total', kind: 'measure' },
          { name: 'users.name', kind: 'dimension' },
          { name: 'daily.day', kind: 'dimension' },
        ],
      },
    ],
  ])
  return { ...emptyWorld(), explores, files: new Map(Object.entries(files)), ...more }
}
/** That world with one tile. */
export const onTile = (element: LookerElement, world = aWorld()) => ({ ...world, dashboards: [board('12', [element])] })
/** A tile that asks for orders by these fields. */
export const ordersBy = (...fields: string[]) => tile('101', 'Orders', 'orders', ['orders.total', ...fields])
/** The file of a view that is derived. */
export const DAILY = (how: string) => ({ 'views/daily.view.lkml': `view: daily { derived_table: { ${how} } dimension: day {} }` })
/** What it is made from, as it is called. */
export const names = (found: Found | undefined) => found?.upstream.map((one) => ('path' in one ? one.path : one.name))
