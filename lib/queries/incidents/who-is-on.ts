import type { Context } from '#lib/db/context.ts'
import type { FactEntry } from '#lib/domain/incidents/incident.ts'
import { type Handling, handlingAt } from '#lib/domain/incidents/said.ts'
import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import { getSaid } from './said.ts'

/** The incident that goes on because of a cause, and who is on it. */
export interface CauseIncident extends Pick<Handling, 'acknowledged' | 'assignee'> {
  id: number
}

/** Of each cause the oldest incident that stands on it now; without the assets in its entries: they may be thousands. */
const STANDING = `
  select w.key, i.id, coalesce((select jsonb_agg(e.value - 'assetIds' order by e.place) from jsonb_array_elements(i.entries) with ordinality e(value, place)), '[]') as entries
  from unnest($1::text[]) w(key) cross join lateral (
    select x.id, x.entries from incident x
    where x.ended_at is null and x.withdrawn_at is null and w.key = any(x.causes)
      and jsonb_path_exists(x.roots, '$[*] ? (@.key == $key && @.to == null)', jsonb_build_object('key', w.key))
    order by x.opened_at, x.id limit 1
  ) i`

interface Row {
  key: CauseKey
  id: number
  entries: FactEntry[]
}

/** The incidents that go on because of these causes, as far as the reader sees them. */
export async function getIncidentsOfCauses(ctx: Context, keys: readonly CauseKey[]): Promise<Map<CauseKey, CauseIncident>> {
  if (keys.length === 0) return new Map()
  const { rows } = await ctx.pool.query<Row>(STANDING, [keys])
  const said = await getSaid(
    ctx,
    rows.map(({ id }) => id),
  )
  const now = ctx.clock.now()
  return new Map(
    rows.map(({ key, id, entries }) => {
      const { acknowledged, assignee } = handlingAt({ entries }, said.get(id) ?? [], now)
      return [key, { id, acknowledged, assignee }]
    }),
  )
}
