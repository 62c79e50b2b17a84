import { z } from 'zod'
import { type ActiveTerms, chooseActiveTerms } from '#jobs/flows/term/active-terms.ts'
import { storeTerms } from '#jobs/flows/term/store-terms.ts'
import { readTermRows, type TermRow } from '#jobs/flows/term/term-row.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { defineFlow, type FlowContext, type FlowResult } from '#lib/engine/flow.ts'

const QUERY = 'BU_TERM_QRY'
const RAW = 'lake/term_raw.term_data'
const CURRENT = 'lake/term_xform.current_term_data'
const CURATED = 'lake/term_curated.term_data_by_service'

const parameters = z.strictObject({
  /** An answer with at most this share of the terms in the lake is refused. */
  shrinkRatio: z.number().min(0).max(1).default(0.5),
})
type Parameters = z.infer<typeof parameters>

/** Loads the terms of PeopleSoft: the whole list is checked, staged and put in the place of the old one, or nothing changes. */
export default defineFlow<Parameters>({
  schedule: '0 1 * * *',
  timezone: 'America/New_York',
  reads: [`peoplesoft/${QUERY}`],
  writes: [RAW, CURRENT, CURATED],
  connections: ['peoplesoft'],
  parameters,
  timeoutMs: 30 * MINUTE_MS,
  run: loadTerms,
})

async function loadTerms(ctx: FlowContext<Parameters>): Promise<FlowResult> {
  await ctx.lake.applySchema('term.sql')
  const answer = await ctx.task('fetch', { retries: 3, backoffMs: 10 * SECOND_MS, timeoutMs: 10 * MINUTE_MS }, () => fetchTerms(ctx))
  const { rows, refused } = readTermRows(answer)
  for (const row of refused) await ctx.quarantine('fetch', row.key, row.reason)
  if (rows.length === 0) throw empty(answer.length)
  const active = chooseActiveTerms(rows)
  warnAbout(ctx, active)
  const load = {
    rows,
    active: active?.chosen.map((term) => term.rowNumber) ?? null,
    unread: refused.map(({ term }) => term),
    shrinkRatio: ctx.parameters.shrinkRatio,
  }
  const stored = await ctx.task('store', { retries: 2, timeoutMs: 5 * MINUTE_MS }, () =>
    ctx.lake.once('store', 'terms', (sql) => storeTerms(ctx, sql, load)),
  )
  ctx.progress(rows.length, rows.length)
  ctx.log.info(`${rows.length} terms seen, ${stored.raw} new versions, ${stored.removed} removed.`)
  return {
    rowsLoaded: stored.raw + stored.removed,
    rowsSeen: answer.length,
    summary: {
      terms: rows.length,
      'new versions': stored.raw,
      'rows removed': stored.removed,
      'active terms': active
        ? active.chosen
            .map((term) => term.strm)
            .sort()
            .join(', ')
        : 'unchanged: no undergraduate term is current',
    },
    rowsByAsset: { [RAW]: stored.raw, [CURRENT]: stored.changed + stored.removed, [CURATED]: stored.curated + stored.uncurated },
    rowsRemoved: stored.removed,
    removedByAsset: { [RAW]: 0, [CURRENT]: stored.removed, [CURATED]: stored.uncurated },
  }
}

async function fetchTerms(ctx: FlowContext<Parameters>): Promise<JsonValue[]> {
  const answer = await Array.fromAsync(ctx.connect('peoplesoft').extract({ query: QUERY }), asRow)
  if (answer.length === 0) throw empty(0)
  return answer
}

// The connector yields parsed JSON as `unknown`.
function asRow(value: unknown): JsonValue {
  return value as JsonValue
}

function empty(rows: number): TidemarkError {
  const what = rows === 0 ? 'without a single term' : `with ${rows} rows, none of them usable`
  return new TidemarkError('refused', { publicMessage: `PeopleSoft answered ${what}. The lake keeps the terms it has.` })
}

function warnAbout(ctx: FlowContext<Parameters>, active: ActiveTerms<TermRow> | null): void {
  if (active === null) {
    ctx.log.warn('No undergraduate term is marked as current; the active terms stay as they were.')
  } else if (active.rivals.length > 0) {
    const rivals = active.rivals.map((term) => term.strm).join(', ')
    ctx.log.warn(`Several undergraduate terms are marked as current; ${active.current.strm}, the latest, was taken, not ${rivals}.`)
  }
}
