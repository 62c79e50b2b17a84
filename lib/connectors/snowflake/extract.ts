import { z } from 'zod'
import { refuseSameNames } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { withoutAsides } from '#lib/connectors/kit/sql/told-statement.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { toJsonValue } from './read-value.ts'
import { CHAINS, type SnowflakeSettings } from './settings.ts'
import type { SqlApi } from './sql-api.ts'

/** A load may take longer than a look. */
const STEP_MAX_MS = HOUR_MS

/** Snowflake carries out one statement at a time, so what begins by reading does nothing else, save where it brings a procedure along. */
const COMMENT = String.raw`--[^\n]*\n|\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/`
const READS = new RegExp(String.raw`^(?:\s|\(|${COMMENT})*(select|with)\b`, 'i')
const PROCEDURE = new RegExp(String.raw`\bas(?:\s|${COMMENT})+procedure\b`, 'i')

/** `->>` makes one statement of several, each of which may do anything. */
function isChain(sql: string): boolean {
  return CHAINS.some((sign) => sql.includes(sign) && [sign, "'", '"', '$', '\r'].some((odd) => withoutAsides(sql).includes(odd)))
}

export const snowflakeExtractRequest = z.strictObject({
  sql: z
    .string()
    .min(1)
    .max(100_000)
    .refine((sql) => READS.test(sql) && !PROCEDURE.test(sql) && !isChain(sql), {
      error: 'must be one statement that reads: select … or with …',
    }),
})

/** The rows of a statement, part by part as they are taken. */
export async function* extractRows(
  { signal, settings }: Connection<SnowflakeSettings>,
  api: SqlApi,
  request: Record<string, unknown>,
): AsyncGenerator<JsonObject> {
  const { sql } = snowflakeExtractRequest.parse(request)
  const { columns, parts } = await api.ask({ sql, database: settings.database, timeoutMs: STEP_MAX_MS }, signal)
  refuseSameNames(columns)
  for await (const rows of parts) {
    for (const row of rows) yield Object.fromEntries(columns.map((column, i) => [column.name, toJsonValue(row[i] ?? null, column)]))
  }
}
