import type { Context } from '#lib/db/context.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import { type IncidentLine, LINES, type LineRow, toLines } from './incident-lines.ts'

const PREFIX = 'connection:'
/** Of each connection; the page of incidents has the rest. */
const SHOWN = 4

const OF_CONNECTIONS = `
  with recent as (
    select i.id, c.cause, row_number() over (partition by c.cause order by i.ended_at is not null, i.opened_at desc, i.id desc) as place
    from incident i cross join unnest(i.causes) c(cause)
    where i.withdrawn_at is null and starts_with(c.cause, '${PREFIX}') and (i.ended_at is null or i.ended_at >= $1)
  )
  select cause, array_agg(id order by place) as ids from recent where place <= ${SHOWN} group by cause`

/** The incidents that systems were a cause of in the last ninety days, by the key of their connection: what is open first, then the newest. */
export async function getIncidentsOfConnections(ctx: Context): Promise<Map<string, IncidentLine[]>> {
  const since = new Date(ctx.clock.now() - BAR_DAYS * DAY_MS)
  const { rows } = await ctx.pool.query<{ cause: string; ids: number[] }>(OF_CONNECTIONS, [since])
  if (rows.length === 0) return new Map()
  const found = await ctx.pool.query<LineRow>(`${LINES} where i.id = any($1::int[])`, [[...new Set(rows.flatMap(({ ids }) => ids))]])
  const lines = new Map((await toLines(ctx, found.rows)).map((line) => [line.id, line]))
  return new Map(rows.map(({ cause, ids }) => [cause.slice(PREFIX.length), ids.flatMap((id) => lines.get(id) ?? [])]))
}
