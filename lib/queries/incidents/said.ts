import type { Context } from '#lib/db/context.ts'
import { toSaid } from '#lib/db/incidents/said.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

interface Row {
  incident: number
  at: Instant
  kind: Said['kind']
  by: string
  words: object
}

/** What was said of incidents, and of those that ended in them or turned out to be them. */
const SAID = `
  with recursive taken(incident, id) as (
    select id, id from unnest($1::int[]) as w(id)
    union
    select t.incident, i.id from taken t join incident i on i.merged_into_id = t.id
  )
  select t.incident, ${instant('s.at')} as at, s.kind, s.said_by as by, s.words from taken t join incident_said s on s.incident_id = t.id order by s.at, s.id`

/** What people said of each of these incidents, in order of time; of notes only who may write them is told. */
export async function getSaid(ctx: Context, ids: readonly number[]): Promise<Map<number, Said[]>> {
  const { rows } = await ctx.pool.query<Row>(SAID, [ids])
  const seen = mayOrder(ctx.actor) ? rows : rows.filter(({ kind }) => kind !== 'noted')
  const found = new Map<number, Said[]>()
  for (const { incident, at, kind, by, words } of seen) {
    const own = found.get(incident) ?? []
    found.set(incident, own)
    own.push(toSaid({ words, at, kind, by }))
  }
  return found
}
