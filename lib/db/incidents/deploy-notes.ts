import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A note of what was rolled out; `subject` null: it is about everything. */
export interface DeployNote {
  subject: { kind: string; key: string } | null
  text: string
  url: string | null
  at: Instant
  by: string | null
}

/** Keeps a note and answers its number; null: there is no such subject. */
export async function insertDeployNote(sql: Sql, { subject, text, url, at, by }: DeployNote): Promise<number | null> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into deploy_note (at, subject_id, text, url, noted_by)
     select $1, s.id, $2, $3, $4 from (select 1) one left join subject s on s.kind = $5 and s.key = $6 and s.removed_at is null
     where $6::text is null or s.id is not null returning id`,
    [toText(at), text, url, by, subject?.kind ?? null, subject?.key ?? null],
  )
  return rows[0]?.id ?? null
}
