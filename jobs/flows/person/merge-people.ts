import { hash } from 'node:crypto'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { byHalves } from '#jobs/flows/documents/merge-by-halves.ts'
import { type MergedDocuments, mergeDocuments } from '#jobs/flows/documents/merge-documents.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { IncomingPerson } from './incoming-person.ts'
import type { PersonRow, RefusedPerson } from './person-row.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'
import { settlePostponed } from './postponed-people.ts'
import { type PreparedPeople, preparePeople, prepareViews } from './prepare-people.ts'

/** What became of one batch of people. */
export interface Merged extends MergedDocuments {
  /** Put aside: quarantined by pseudonym and postponed with stage `load`. */
  refused: number
  /** Sent more than once in the batch; the last one counted. */
  duplicates: number
  /** Read now, and characters that cannot be stored were taken out. */
  cleaned: number
  /** Read now, and sensitive fields were taken out. */
  stripped: number
}

/** What a merge of the same people would do. */
export type Compared = Pick<Merged, 'fresh' | 'changed' | 'returned' | 'unchanged' | 'regrouped' | 'refused'>

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId'>

/** Merges a batch in one fenced transaction. Whom the lake refuses is left out, alone, and given to `putAside` with everybody else who is unfit. */
export async function mergePeople(
  ctx: Work,
  task: string,
  people: readonly IncomingPerson[],
  curation: Curation,
  putAside: (refused: readonly RefusedPerson[]) => Promise<void>,
): Promise<Merged> {
  const prepared = await preparePeople(ctx.lake, people, curation)
  prepareViews(prepared)
  const refused = [...prepared.refused]
  const once = (rows: readonly PersonRow[]) => ctx.lake.once(task, batchKeyOf(rows), (sql) => mergeRows(ctx, sql, rows, curation))
  const parts = await byHalves(prepared.rows, once, async ({ key, groups }, reason) => void refused.push({ key, groups, refused: reason }))
  await putAside(refused)
  return summed(parts, prepared, refused.length)
}

async function mergeRows(
  ctx: Work,
  sql: Parameters<typeof settlePostponed>[0],
  rows: readonly PersonRow[],
  curation: Curation,
): Promise<MergedDocuments> {
  const merged = await mergeDocuments(ctx, sql, PERSON_TABLES, { part: EVERYBODY, rows }, curation)
  await settlePostponed(
    sql,
    rows.map(({ key }) => key.buid),
  )
  return merged
}

function batchKeyOf(rows: readonly PersonRow[]): string {
  return hash('sha256', rows.map((row) => [row.key.buid, row.source, ...row.groups].join(' ')).join('\n'), 'hex')
}

const COUNTS = ['fresh', 'changed', 'returned', 'unchanged', 'regrouped', 'curated', 'uncurated'] as const

function summed(parts: readonly MergedDocuments[], { rows, duplicates }: PreparedPeople, refused: number): Merged {
  const merged: Merged = {
    ...{ fresh: 0, changed: 0, returned: 0, unchanged: 0, regrouped: 0, curated: 0, uncurated: 0 },
    ...{ refused, duplicates, cleaned: 0, stripped: 0 },
  }
  for (const part of parts) for (const count of COUNTS) merged[count] += part[count]
  for (const row of rows) {
    if (row.cleaned) merged.cleaned += 1
    if (row.stripped) merged.stripped += 1
  }
  return merged
}

/** Counts what a merge would do, and writes nothing. */
export async function comparePeople(ctx: Pick<Work, 'lake'>, people: readonly IncomingPerson[], curation: Curation): Promise<Compared> {
  const { expected, refused } = await preparePeople(ctx.lake, people, curation)
  const compared: Compared = { fresh: 0, changed: 0, returned: 0, unchanged: 0, regrouped: 0, refused: refused.length }
  for (const { outcome } of expected) {
    compared[outcome] += 1
    if (outcome === 'regrouped') compared.unchanged += 1
  }
  return compared
}
