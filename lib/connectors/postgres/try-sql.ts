import type { Connection, ObservedAsset, Trial } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { leftOpen, type Untried, untriedOf, wrong } from '#lib/connectors/kit/sql/trial.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { OF_A_CONDITION } from './observation/read-columns.ts'
import { keysStatement } from './observation/read-keys.ts'
import { isOfTheMoment, statementWithin, whyNotTime, whyRefused } from './observation/read-statements.ts'
import { type ProbeAnswer, type ProbeJob, probeAll } from './probe.ts'
import { sqlStateOf, toStatementWords, toUnreachable } from './problems.ts'
import type { Session } from './session.ts'
import { type PostgresAsset, type PostgresSettings, postgresAssetSchema } from './settings.ts'
import { parseTablePath, quoteTable, type TablePath } from './table-path.ts'

interface Tried extends Untried {
  /** As it is asked: prepared, checked for what the account may, and ended before its first row. */
  text: string
}

function asked({ clock, sql, isOfKeys }: Untried, path: TablePath): string {
  if (isOfKeys) return `select * from (\n${sql}\n) as tried limit 0`
  return clock === null ? `select 1 from ${quoteTable(path)} where (\n${sql}\n) limit 0` : statementWithin(sql, 0)
}

function untriedKeys({ key }: ObservedAsset, settings: PostgresAsset, path: TablePath, now: Instant): Untried[] {
  const { expect, column } = settings
  if (expect === undefined || column === undefined) return []
  return [{ assetKey: key, clock: null, isOfKeys: true, sql: keysStatement({ path, settings, expect, column }, undefined, now) }]
}

function toTried(asset: ObservedAsset, now: Instant): Tried[] {
  const path = parseTablePath(asset.path)
  const settings = postgresAssetSchema.safeParse(asset.settings)
  if (path === null || !settings.success) return []
  const untried = [...untriedOf(asset, settings.data), ...untriedKeys(asset, settings.data, path, now)]
  return untried.map((one) => ({ ...one, text: asked(one, path) }))
}

const toJob = (tried: Tried): ProbeJob<Tried> => ({ job: tried, text: tried.text, heavy: false, isReadOnly: true })

/** Where in what the catalogue holds the server points; null: nowhere in it. */
function placeIn({ text, sql, isOfKeys }: Tried, error: unknown): number | null {
  if (isOfKeys) return null
  const position: unknown = error instanceof Error ? Reflect.get(error, 'position') : undefined
  const at = Number(position) - 1 - (text.indexOf('(\n') + 2)
  return at >= 0 && at < sql.length ? at : null
}

function toTrial(answer: ProbeAnswer<Tried>): Trial | null {
  const { job: tried } = answer
  if (answer.ok) {
    const why = tried.clock === null ? null : whyNotTime(answer.row.types, 0)
    return why === null ? null : wrong(tried, why)
  }
  const { error, brokeLine } = answer
  if (brokeLine) return leftOpen(tried, 'The line broke meanwhile. Try again.')
  if (isOfTheMoment(error)) return leftOpen(tried, `It ${whyRefused(error)}. Try again.`)
  const isOfTable = tried.clock === null && !OF_A_CONDITION.test(sqlStateOf(error))
  return isOfTable ? leftOpen(tried, toStatementWords(error).publicMessage) : wrong(tried, whyRefused(error), placeIn(tried, error))
}

/** Prepares the conditions and statements that assets bring, in transactions that read only; tells those that are wrong or could not be tried. */
export async function* trySql(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Trial> {
  const jobs = assets.flatMap((asset) => toTried(asset, connection.clock.now())).map(toJob)
  if (jobs.length === 0) return
  try {
    yield* lines.stream(connection.signal, async function* (session) {
      for await (const answer of probeAll(connection, lines, session, jobs)) {
        const trial = toTrial(answer)
        if (trial !== null) yield trial
      }
    })
  } catch (error) {
    throw toUnreachable(error)
  }
}
