import type { Context } from '#lib/db/context.ts'
import { loadArrivals, TOLD } from '#lib/db/history/arrivals.ts'
import { loadLastingAnswers } from '#lib/db/history/lasting-answers.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { answeredSince } from '#lib/domain/freshness/prepare-facts.ts'
import { areLooksBlind } from '#lib/domain/freshness/sight.ts'
import { type ClockWord, clockWords } from '#lib/domain/freshness/witnesses/clock-words.ts'
import { isLook, isPush, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'

/** Who says it: our own runs, a connection that was looked through or runs jobs, what was pushed under a name, or a connection the reader does not see. */
export type Teller = { kind: 'ledger' } | { kind: 'unseen' } | { kind: 'connection' | 'job' | 'push'; name: string }

/** What one witness says of one clock, how it knows and what that costs. */
export interface ClockLine extends Omit<ClockWord, 'witness'> {
  teller: Teller
  /** The run that told it last, where the reader sees it. */
  runId: string | null
  method: string | null
  strength: string | null
  /** Its order of magnitude. */
  costMs: number | null
}

interface Known extends Pick<ClockLine, 'runId' | 'method' | 'strength' | 'costMs'> {
  clock: JudgedClock
  /** When what it told of last brought any rows. */
  broughtAt: Instant | null
  witness: Witness
  /** What stands behind the colon of a witness. */
  name: string
  isSeen: boolean
}

const latest = (source: string) => `
  (select * from arrival y where y.asset_id = t.asset_id and y.clock = t.clock and ${source} order by y.happened_at desc, y.id desc limit 1)`

/** SQL: whether the reader sees the witness that stands in this column. */
export const seesWitness = (source: string) => `(
  ${source} = 'ledger' or ${source} like 'push:%' or exists (select from connection_state c where c.key = substr(${source}, strpos(${source}, ':') + 1)))`

const KNOWN = `
  with told as materialized (${TOLD})
  select t.clock, t.source as witness, substr(t.source, strpos(t.source, ':') + 1) as name,
    ${seesWitness('t.source')} as "isSeen",
    case when l.rows = 0 then (
      select ${instant('b.at')} from arrival b where b.asset_id = t.asset_id and b.clock = t.clock and b.source = t.source and b.kind = 'arrival' and b.rows is distinct from 0
      order by b.happened_at desc, b.id desc limit 1) else ${instant('l.at')} end as "broughtAt",
    (select r.id::text from run r where r.id = l.run_id union all select r.id::text from external_run r where r.id = l.run_id) as "runId", e.method, e.strength, e.cost_ms as "costMs"
  from told t cross join lateral (
    ${latest("y.source = 'ledger' and t.source = 'ledger'")} union all ${latest("y.source <> 'ledger' and y.source = t.source")}
  ) l left join evidence e on e.id = l.evidence_id`

/** What every witness says of every clock of an asset; a connection that the reader does not see is not named. */
export async function getClockLines(
  ctx: Context,
  asset: { id: number; probedAt: Instant | null; blindAfterMs: number | null; zone: string },
): Promise<ClockLine[]> {
  const { id, probedAt } = asset
  const now = ctx.clock.now()
  const [arrivals, known, lasting] = await Promise.all([
    loadArrivals(ctx.pool, [{ assetId: id, from: now }]),
    ctx.pool.query<Known>(KNOWN, [[id], [new Date(now)]]),
    loadLastingAnswers(ctx.pool, [id]),
  ])
  const seen = { probedAt, answeredSince: answeredSince({ probedAt, lasting: lasting.get(id) ?? [] }) }
  const rowOf = (clock: JudgedClock, witness: Witness) => known.rows.find((row) => row.clock === clock && row.witness === witness)
  const sight = { zone: asset.zone, now, areLooksBlind: areLooksBlind(asset, seen, now) }
  const broughtAt = (clock: JudgedClock, witness: Witness) => rowOf(clock, witness)?.broughtAt ?? null
  const words = clockWords(arrivals.get(id) ?? [], { ...sight, broughtAt })
  return words.flatMap(({ witness, ...word }) => {
    const own = rowOf(word.clock, witness)
    if (own === undefined) return []
    const { runId, method, strength, costMs } = own
    return [{ ...word, teller: tellerOf(own), runId, method, strength, costMs }]
  })
}

function tellerOf({ witness, name, isSeen }: Known): Teller {
  if (!isSeen) return { kind: 'unseen' }
  if (witness === 'ledger') return { kind: 'ledger' }
  return { kind: isLook(witness) ? 'connection' : isPush(witness) ? 'push' : 'job', name }
}
