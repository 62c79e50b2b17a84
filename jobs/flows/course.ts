import { z } from 'zod'
import { COURSE_TABLES } from '#jobs/flows/course/course-tables.ts'
import { loadTerm, type TermLoaded, taskOf } from '#jobs/flows/course/load-term.ts'
import { curateAnew } from '#jobs/flows/documents/curate-anew.ts'
import { type Curation, openDocuments } from '#jobs/flows/documents/curation.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { defineFlow, type FlowContext, type FlowResult } from '#lib/engine/flow.ts'
import { isStop } from '#lib/engine/run/scope.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { TERM_CODE } from '#lib/records/term-code.ts'

const RAW = 'lake/course_raw.course_data'
const CURRENT = 'lake/course_xform.current_course_data'
const CURATED = 'lake/course_curated.course_data_by_service'
const TERMS_AT_ONCE = 2

const parameters = z.strictObject({
  /** Term codes to load; absent: the active terms of the term flow. */
  terms: z.array(z.string().regex(TERM_CODE, 'is not a term code of four digits')).min(1).optional(),
  /** When at most this share of a term is left, the answer is not believed and nothing is deleted. */
  shrinkRatio: z.number().min(0).max(1).default(0.5),
  batchSize: z.int().min(1).max(5000).default(500),
})
type Parameters = z.infer<typeof parameters>

/** Loads the courses of the active terms from SnapLogic: what changed, what is new, what is gone, term by term. */
export default defineFlow<Parameters>({
  schedule: '0 2 * * *',
  timezone: 'America/New_York',
  after: ['term'],
  reads: ['snaplogic/courses', 'lake/term_curated.term_data_by_service'],
  writes: [RAW, CURRENT, CURATED],
  connections: ['snaplogic'],
  parameters,
  timeoutMs: 12 * HOUR_MS,
  run: loadCourses,
})

async function loadCourses(ctx: FlowContext<Parameters>): Promise<FlowResult> {
  await ctx.lake.applySchema('term.sql')
  const curation = await openDocuments(ctx, COURSE_TABLES)
  const recurated = await ctx.task('curate anew', { retries: 2 }, () => curateAnew(ctx, COURSE_TABLES, curation))
  const terms = await chooseTerms(ctx)
  const loaded: TermLoaded[] = []
  const failed: { term: string; error: unknown }[] = []
  const progress = await expectCourses(ctx, terms)
  for await (const result of ctx.map(terms, TERMS_AT_ONCE, (term) => tryTerm(ctx, term, curation, progress))) {
    if ('error' in result) failed.push(result)
    else loaded.push(result)
  }
  if (loaded.length === 0) throw allFailed(failed)
  for (const term of loaded) tellOf(ctx, term)
  if (loaded.every((term) => term.seen === 0)) {
    throw new TidemarkError('refused', { publicMessage: `SnapLogic has no course for any of the terms ${terms.join(', ')}.` })
  }
  return report(loaded, failed, recurated)
}

async function chooseTerms(ctx: FlowContext<Parameters>): Promise<string[]> {
  if (ctx.parameters.terms) return [...new Set(ctx.parameters.terms)].sort()
  const rows = await ctx.lake.query<{ strm: string }>(
    `select distinct strm from term_curated.term_data_by_service where service = 'active_terms' order by strm`,
  )
  if (rows.length === 0) {
    throw new TidemarkError('refused', {
      publicMessage: 'No active term is known, so there is nothing to ask SnapLogic for. Run the term flow first, or name the terms.',
    })
  }
  return rows.map((row) => row.strm)
}

/** Counts courses as they are done; the last run's number is the best guess at the total. */
async function expectCourses(ctx: FlowContext<Parameters>, terms: readonly string[]): Promise<(courses: number) => void> {
  const rows = await ctx.lake.query<{ live: number }>(
    'select count(*)::int as live from course_xform.current_course_data where term_code = any ($1) and deleted_at is null',
    [terms.map(Number)],
  )
  const expected = rows[0]?.live ?? 0
  let done = 0
  return (courses) => {
    done += courses
    if (expected === 0) ctx.progress(done)
    else ctx.progress(done, Math.max(done, expected))
  }
}

type Tried = TermLoaded | { term: string; error: unknown }

/** One term's failure does not stop the others; a stop of the run does. */
async function tryTerm(ctx: FlowContext<Parameters>, term: string, curation: Curation, onBatch: (courses: number) => void): Promise<Tried> {
  const { shrinkRatio, batchSize } = ctx.parameters
  try {
    return await ctx.task(taskOf(term), { retries: 2, backoffMs: 30 * SECOND_MS }, () =>
      loadTerm(ctx, { term, curation, shrinkRatio, batchSize, onBatch }),
    )
  } catch (error) {
    if (isStop(ctx, error)) throw error
    ctx.log.error(`Term ${term} could not be loaded: ${toPublicMessage(error)}`)
    return { term, error }
  }
}

function allFailed(failed: readonly { term: string; error: unknown }[]): unknown {
  const first = failed[0]?.error
  if (failed.length === 1) return first
  const reasons = [...new Set(failed.map(({ error }) => toPublicMessage(error)))].join(' ')
  return new TidemarkError(isTidemarkError(first) ? first.code : 'internal', {
    publicMessage: `None of the ${failed.length} terms could be loaded. ${reasons}`,
    cause: first,
  })
}

function tellOf(ctx: FlowContext<Parameters>, term: TermLoaded): void {
  if (term.seen > 0)
    ctx.log.info(`Term ${term.term}: ${term.seen} courses seen, ${term.fresh} new, ${term.changed} changed, ${term.unchanged} unchanged.`)
  if (term.seen === 0) ctx.log.warn(`SnapLogic has no course for term ${term.term}.`)
  if (term.dropped > 0) ctx.log.warn(`Term ${term.term}: ${term.dropped} empty objects were left out.`)
  if (term.duplicates > 0)
    ctx.log.warn(
      `Term ${term.term}: ${term.duplicates} courses came more than once with different content; the first by department and number was kept.`,
    )
  if (term.cleaned > 0) ctx.log.warn(`Term ${term.term}: characters that cannot be stored were taken out of ${term.cleaned} courses.`)
  if (term.because === 'uncertain')
    ctx.log.warn(
      `Term ${term.term}: ${term.kept} courses were not seen, but parts of the answer could not be read, so they are kept for now.`,
    )
}

function report(
  loaded: readonly TermLoaded[],
  failed: readonly { term: string; error: unknown }[],
  recurated: { written: number; removed: number },
): FlowResult {
  const sum = (field: Exclude<keyof TermLoaded, 'term' | 'because'>) => loaded.reduce((total, term) => total + term[field], 0)
  const raw = sum('fresh') + sum('changed') + sum('returned')
  const uncurated = sum('uncurated') + recurated.removed
  const curated = sum('curated') + recurated.written + uncurated
  const incomplete = notDone(loaded, failed)
  return {
    rowsLoaded: raw + sum('deleted'),
    rowsSeen: sum('seen'),
    summary: {
      terms: loaded
        .map((term) => term.term)
        .sort()
        .join(', '),
      courses: sum('seen'),
      new: sum('fresh'),
      changed: sum('changed'),
      'back again': sum('returned'),
      unchanged: sum('unchanged'),
      gone: sum('deleted'),
      refused: sum('refused'),
      'empty objects': sum('dropped'),
      duplicates: sum('duplicates'),
      'curated rows written': sum('curated') + recurated.written,
      'curated rows removed': uncurated,
    },
    rowsByAsset: { [RAW]: raw, [CURRENT]: raw + sum('deleted'), [CURATED]: curated },
    rowsRemoved: sum('deleted'),
    removedByAsset: { [RAW]: 0, [CURRENT]: sum('deleted'), [CURATED]: uncurated },
    ...(incomplete === '' ? {} : { incomplete }),
  }
}

function notDone(loaded: readonly TermLoaded[], failed: readonly { term: string; error: unknown }[]): string {
  const lost = failed.map(({ term, error }) => `Term ${term} could not be loaded: ${toPublicMessage(error)}`)
  const shrunken = loaded
    .filter((term) => term.because === 'too-many')
    .map((term) => `Term ${term.term}: ${term.kept} courses are no longer in the answer, too many to be true; they are kept.`)
  return [...lost, ...shrunken].join(' ')
}
