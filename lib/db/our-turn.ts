import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import type { Sql } from './context.ts'

/** Whether nobody else is at what this lock guards: if so, nobody is until the transaction ends. */
export async function isOurTurn(sql: Sql, guarded: keyof typeof ADVISORY_LOCKS): Promise<boolean> {
  const { rows } = await sql.query<{ ours: boolean }>('select pg_try_advisory_xact_lock($1) as ours', [ADVISORY_LOCKS[guarded]])
  return rows[0]?.ours === true
}
