import { hash } from 'node:crypto'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { mergeByBisection } from '#jobs/flows/documents/merge-by-bisection.ts'
import { mergeDocuments } from '#jobs/flows/documents/merge-documents.ts'
import { type MergedDocuments, summed } from '#jobs/flows/documents/merged-documents.ts'
import type { IncomingPerson } from '#jobs/flows/person/incoming-person.ts'
import type { PersonRow, RefusedPerson } from '#jobs/flows/person/person-row.ts'
import { preparePeople } from '#jobs/flows/person/prepare-people.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'
import { settlePostponed } from './postponed-people.ts'

/** What became of one batch of people. */
export type Merged = MergedDocuments & {
  /** Put aside: quarantined by pseudonym and postponed with stage `load`. */
  refused: number
  /** Sent more than once in the batch; the last one counted. */
  duplicates: number
  /** Read now, and characters that cannot be stored were taken out. */
  cleaned: number
  /** Read now, and sensitive fields were taken out. */
  stripped: number
}

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
  const refused = [...prepared.refused]
  const once = (rows: readonly PersonRow[]) => ctx.lake.once(task, batchKeyOf(rows), (sql) => mergeRows(ctx, sql, rows, curation))
  const parts = await mergeByBisection(
    prepared.rows,
    once,
    async ({ key, groups }, reason) => void refused.push({ key, groups, refused: reason }),
  )
  await putAside(refused)
  return {
    ...summed(parts),
    refused: refused.length,
    duplicates: prepared.duplicates,
    cleaned: prepared.rows.filter((row) => row.cleaned).length,
    stripped: prepared.rows.filter((row) => row.stripped).length,
  }
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
