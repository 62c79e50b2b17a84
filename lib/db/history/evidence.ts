import type { Sql } from '#lib/db/context.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'

/** The id of each evidence, null of null; what is known in the same way at about the same cost is one row. */
export async function storeEvidence(sql: Sql, given: readonly (Evidence | null)[]): Promise<(number | null)[]> {
  const kinds = new Map(given.flatMap((evidence) => (evidence === null ? [] : [[keyOf(evidence), evidence] as const])))
  if (kinds.size === 0) return given.map(() => null)
  const wanted = JSON.stringify(
    [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, kind]) => ({ ...kind, key, costMs: magnitude(kind.costMs) })),
  )
  const known = await find(sql, wanted)
  if (known.size < kinds.size) {
    await sql.query(
      `insert into evidence (method, strength, detail, cost_ms) select method, strength, detail, "costMs" from ${GIVEN}
       on conflict (method, strength, cost_ms, md5(detail)) do nothing`,
      [wanted],
    )
    for (const [key, id] of await find(sql, wanted)) known.set(key, id)
  }
  return given.map((evidence) => (evidence === null ? null : (known.get(keyOf(evidence)) ?? null)))
}

const GIVEN = 'jsonb_to_recordset($1::jsonb) as x(key text, method text, strength text, detail text, "costMs" int)'

async function find(sql: Sql, wanted: string): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ key: string; id: number }>(
    `select x.key, e.id from ${GIVEN} join evidence e
     on (e.method, e.strength, e.cost_ms, md5(e.detail)) = (x.method, x.strength, x."costMs", md5(x.detail))`,
    [wanted],
  )
  return new Map(rows.map(({ key, id }) => [key, id]))
}

function keyOf({ method, strength, detail, costMs }: Evidence): string {
  return JSON.stringify([method, strength, magnitude(costMs), detail])
}

/** 0, 1, 10, 100, …: what an evidence costs differs a little each time. */
function magnitude(costMs: number): number {
  return costMs < 1 ? 0 : 10 ** Math.floor(Math.log10(costMs))
}
