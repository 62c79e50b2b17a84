import type { Curation } from '#jobs/flows/documents/curation.ts'
import { mergeBatch } from '#jobs/flows/documents/merge-documents.ts'
import type { MergedDocuments } from '#jobs/flows/documents/merged-documents.ts'
import type { IncomingPerson } from '#jobs/flows/person/incoming-person.ts'
import type { RefusedPerson } from '#jobs/flows/person/person-row.ts'
import { preparePeople } from '#jobs/flows/person/prepare-people.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'
import { settlePostponed } from './postponed-people.ts'

export type Merged = MergedDocuments & {
  refused: number
  duplicates: number
  cleaned: number
  stripped: number
}

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId'>

/** Merges a batch in one fenced transaction. Unusable people, and those the lake rejects, go to `putAside` one by one. */
export async function mergePeople(
  ctx: Work,
  task: string,
  people: readonly IncomingPerson[],
  curation: Curation,
  putAside: (refused: readonly RefusedPerson[]) => Promise<void>,
): Promise<Merged> {
  const prepared = await preparePeople(ctx.lake, people, curation)
  const refused = [...prepared.refused]
  const merged = await mergeBatch(
    ctx,
    task,
    PERSON_TABLES,
    { part: EVERYBODY, rows: prepared.rows },
    curation,
    async ({ key, groups }, reason) => void refused.push({ key, groups, refused: reason }),
    (sql, rows) =>
      settlePostponed(
        sql,
        rows.map(({ key }) => key.buid),
      ),
  )
  await putAside(refused)
  return {
    ...merged,
    refused: refused.length,
    duplicates: prepared.duplicates,
    cleaned: prepared.rows.filter((row) => row.cleaned).length,
    stripped: prepared.rows.filter((row) => row.stripped).length,
  }
}
