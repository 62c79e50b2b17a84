import type { PoolClient } from 'pg'
import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { insertIncidentEvents } from '#lib/db/incidents/incident-events.ts'
import { insertSaid, loadSaid, lockIncident, type SaidOfRow } from '#lib/db/incidents/said.ts'
import type { Action } from '#lib/domain/access/actions.ts'
import { handlingAt, type Said } from '#lib/domain/incidents/said.ts'
import { conflictOf, isSaidAlready, problemOf, type Saying, toShownSaying } from '#lib/domain/incidents/saying.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

const ACTIONS = {
  acknowledged: 'incident.acknowledge',
  assigned: 'incident.assign',
  snoozed: 'incident.snooze',
  updated: 'incident.update',
  noted: 'incident.note',
  postmortem: 'incident.postmortem',
  linked: 'incident.link',
} as const satisfies Record<Saying['kind'], Action>

/** As what each of people's words stands in the audit. */
export function actionOf(kind: Saying['kind']): Action {
  return ACTIONS[kind]
}

/** Of which incident something was said in the end: one that goes on in another is spoken of there. `isNew` false: it was so already. */
export interface SaidOfIncident {
  incident: number
  isNew: boolean
}

/** Adds what somebody says of an incident; what is written to everybody is news. Said twice it stands once. */
export async function sayOfIncident(ctx: Context, id: number, written: Saying): Promise<SaidOfIncident> {
  const saying = toShownSaying(written)
  const order = { action: actionOf(saying.kind), target: { kind: 'incident' as const, key: String(id) } }
  if (saying.kind === 'linked') await requireLinkable(ctx, saying.to)
  return act(ctx, order, async (sql) => {
    const incident = await lockIncident(sql, id)
    if (incident === undefined) throw new TidemarkError('not-found', { publicMessage: 'There is no such incident.' })
    const now = ctx.clock.now()
    requireSense(saying, { hasEnded: incident.endedAt !== null, now })
    const said = await loadSaid(sql, incident.id)
    const known = { handling: handlingAt(incident, said, now), said }
    const result = { incident: incident.id, isNew: !isSaidAlready(saying, known) }
    if (result.isNew) await add(sql, ctx, incident, { ...saying, at: now, by: nameOf(ctx) })
    return { result, after: { ...result, ...saying } }
  })
}

async function add(sql: PoolClient, ctx: Context, { id, key }: SaidOfRow, said: Said): Promise<void> {
  await insertSaid(sql, id, said, ctx.actor)
  if (said.kind === 'updated') await insertIncidentEvents(sql, said.at, [{ incident: key, kind: 'updated', entry: said }])
}

function requireSense(saying: Saying, { hasEnded, now }: { hasEnded: boolean; now: Instant }): void {
  const problem = problemOf(saying, now)
  if (problem !== null) throw new TidemarkError('invalid', { publicMessage: problem })
  const conflict = hasEnded ? conflictOf(saying) : null
  if (conflict !== null) throw new TidemarkError('conflict', { publicMessage: conflict })
}

function nameOf({ actor: { kind, name } }: Context): string {
  return name ?? (kind === 'terminal' ? 'the command line' : kind)
}

const RUN = 'select 1 from run where id::text = lower($1) union all select 1 from external_run where id::text = lower($1)'
const ORDER = 'select 1 from reload_order where id::text = lower($1)'

/** Only what whoever links it sees. */
async function requireLinkable(ctx: Context, { kind, id }: { kind: 'run' | 'order'; id: string }): Promise<void> {
  const { rowCount } = await ctx.pool.query(kind === 'run' ? RUN : ORDER, [id])
  if (rowCount === 0) throw new TidemarkError('not-found', { publicMessage: `There is no such ${kind}.` })
}
