import type { Connection, ObservedAsset, Trial } from '#lib/connectors/kit/connector.ts'
import { leftOpen, type Untried, untriedOf, wrong } from '#lib/connectors/kit/sql/trial.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { OF_A_CONDITION } from './from-columns.ts'
import { isOfStatement } from './newest.ts'
import { codeOf } from './problems.ts'
import { keysStatement, wantedKeysOf } from './read-keys.ts'
import { type SnowflakeSettings, snowflakeAssetSchema } from './settings.ts'
import type { SqlApi } from './sql-api.ts'
import { parseTablePath, quoteTable, type TablePath } from './table-path.ts'
import { statementWithin, whyNotCarriedOut } from './told.ts'

interface Tried extends Untried {
  path: TablePath
}

const AT_ONCE = 8

/** It is compiled and not run, and no warehouse has to be there for that. */
function asked({ clock, sql, path, isOfKeys }: Tried): string {
  if (isOfKeys) return `explain using text ${sql}`
  const text = clock === null ? `select count(*) from ${quoteTable(path)} where (\n${sql}\n)` : statementWithin(sql, 2)
  return `explain using text ${text}`
}

function toTried(asset: ObservedAsset, connection: SnowflakeSettings, now: Instant): Tried[] {
  const path = parseTablePath(asset.path, connection.database)
  const settings = snowflakeAssetSchema.safeParse(asset.settings)
  if (path === null || !settings.success) return []
  const keys = wantedKeysOf({ path, settings: settings.data, zone: undefined })
  // Whatever type of time the column has, this compiles.
  const sql = keys === null ? null : keysStatement(keys, { type: 'TIMESTAMP_TZ' }, now)
  const ofKeys: Untried[] = sql === null ? [] : [{ assetKey: asset.key, clock: null, isOfKeys: true, sql }]
  return [...untriedOf(asset, settings.data), ...ofKeys].map((one) => ({ ...one, path }))
}

/** Where in what the catalogue holds, which begins on the second line, Snowflake points; null: nowhere in it. */
function placeIn({ sql, isOfKeys }: Tried, error: unknown): number | null {
  if (isOfKeys) return null
  const [, line, position] = /line (\d+) at position (\d+)/.exec(isTidemarkError(error) ? error.message : '') ?? []
  const lines = sql.split('\n')
  const before = Number(line) - 2
  if (!(before >= 0 && before < lines.length)) return null
  return lines.slice(0, before).reduce((sum, text) => sum + text.length + 1, 0) + Number(position)
}

function toTrial(tried: Tried, error: unknown): Trial {
  const why = whyNotCarriedOut(error)
  if (isTidemarkError(error) && error.retryable) return leftOpen(tried, `It ${why}. Try again.`)
  const isOfTable = tried.clock === null && !OF_A_CONDITION.test(codeOf(error))
  if (isOfTable && isTidemarkError(error)) return leftOpen(tried, error.publicMessage)
  return wrong(tried, why, placeIn(tried, error))
}

/** Has the conditions and statements that assets bring compiled; tells those that are wrong or could not be tried. What a statement gives is known
 * only when it is run. */
export async function* trySql(
  { settings, signal, clock }: Connection<SnowflakeSettings>,
  api: SqlApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Trial> {
  const waiting = assets.flatMap((asset) => toTried(asset, settings, clock.now()))
  while (waiting.length > 0) {
    const some = waiting.splice(0, AT_ONCE).map(async (tried) => {
      try {
        await api.table({ sql: asked(tried), database: tried.path.database }, signal)
        return null
      } catch (error) {
        if (!isOfStatement(error)) throw error
        return toTrial(tried, error)
      }
    })
    for (const trial of await Promise.all(some)) if (trial !== null) yield trial
  }
}
