import type { Sql } from '#lib/db/context.ts'

/** Lets each audience see exactly these groups, by their ids, and takes audiences away that are not among them. */
export async function syncAudiences(sql: Sql, groupIdsOf: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const rows = [...groupIdsOf].flatMap(([audience, ids]) => ids.map((id) => ({ audience, id })))
  const given = 'jsonb_to_recordset($1::jsonb) as x(audience text, id int)'
  const values = [JSON.stringify(rows)]
  await sql.query(`delete from audience_group where (audience, group_id) not in (select audience, id from ${given})`, values)
  await sql.query(`insert into audience_group (audience, group_id) select audience, id from ${given} on conflict do nothing`, values)
}
