import { hash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { Population } from '#jobs/flows/person/incoming-person.ts'
import type { Pseudonym } from '#jobs/flows/person/pseudonym.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { PersonKey } from './person-tables.ts'

export interface PostponedPerson {
  buid: string
  populations: readonly Population[]
  stage: 'terms' | 'person' | 'missing' | 'load'
  reason: string
}

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId' | 'quarantine'>

export async function postponePeople(ctx: Work, failed: readonly PostponedPerson[], pseudonymOf: Pseudonym): Promise<void> {
  const last = [...new Map(failed.map((person) => [person.buid, person])).values()]
  if (last.length === 0) return
  const batchKey = hash('sha256', last.map(({ buid, stage, reason }) => [buid, stage, reason].join('\u0000')).join('\n'), 'hex')
  await ctx.lake.once('postponed people', batchKey, (sql) => note(ctx, sql, last))
  await putAside(ctx, last, pseudonymOf)
}

/** Whom this run has postponed and nobody has loaded since. Quarantines their lines again: a worker may have died between note and line. */
export async function postponedSoFar(ctx: Pick<Work, 'lake' | 'runId' | 'quarantine'>, pseudonymOf: Pseudonym): Promise<Set<string>> {
  const noted = await ctx.lake.query<Pick<PostponedPerson, 'buid' | 'stage' | 'reason'>>(
    'select bu_uid as buid, stage, reason from person_raw.postponed_person where run_id = $1',
    [ctx.runId],
  )
  await putAside(ctx, noted, pseudonymOf)
  return new Set(noted.map(({ buid }) => buid))
}

async function putAside(
  ctx: Pick<Work, 'quarantine'>,
  people: readonly Pick<PostponedPerson, 'buid' | 'stage' | 'reason'>[],
  pseudonymOf: Pseudonym,
): Promise<void> {
  await Promise.all(people.map(({ buid, stage, reason }) => ctx.quarantine(`person ${stage}`, pseudonymOf(buid), reason)))
}

async function note(ctx: Pick<Work, 'now' | 'runId'>, sql: ClientBase, failed: readonly PostponedPerson[]): Promise<void> {
  await sql.query(
    `insert into person_raw.postponed_person (run_id, bu_uid, populations, stage, reason, postponed_at)
     select $1, b.buid, string_to_array(b.populations, ','), b.stage, b.reason, $2
     from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as b (buid, populations, stage, reason)
     on conflict (run_id, bu_uid) do update
       set populations = excluded.populations, stage = excluded.stage, reason = excluded.reason, postponed_at = excluded.postponed_at`,
    [
      ctx.runId,
      new Date(ctx.now()),
      failed.map(({ buid }) => buid),
      failed.map(({ populations }) => populations.toSorted().join()),
      failed.map(({ stage }) => stage),
      failed.map(({ reason }) => reason),
    ],
  )
}

export function postponedOf(ctx: Pick<Work, 'lake'>, runId: string): Promise<{ buid: string; populations: Population[] }[]> {
  return ctx.lake.query('select bu_uid as buid, populations from person_raw.postponed_person where run_id = $1 order by bu_uid', [runId])
}

/** Removes the notes of people who have been loaded, whichever run made them. */
export async function settlePostponed(sql: ClientBase, people: readonly { key: PersonKey }[]): Promise<void> {
  await sql.query('delete from person_raw.postponed_person where bu_uid = any ($1)', [people.map(({ key }) => key.buid)])
}
