import type { ClientBase } from 'pg'
import { type Among, countUnseen, isTooMany, markDeleted } from '#jobs/flows/documents/delete-unseen.ts'
import { lockOf } from '#jobs/flows/documents/tables.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { Population } from './incoming-person.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'

export interface WholePopulation {
  /** All sources answered in full. Otherwise nobody is deleted and nobody's populations shrink. */
  complete: boolean
  /** Everybody of this run, loaded or not, and what they are. Share the arrays: they are few. */
  population: ReadonlyMap<string, readonly Population[]>
  /** 0…1: when at most this share of all people, or of one population, is left, it is not believed. */
  shrinkRatio: number
}

export interface Marked {
  /** People marked as deleted; history and current row stay. */
  deleted: number
  /** Their curated rows. */
  uncurated: number
  /** People who are noted as what they now are; their curated rows are to be made anew. */
  regrouped: number
  /** People who are not in the population and yet kept, and why. */
  kept: number
  because: 'too-many' | 'incomplete' | null
  /** The populations that shrank too much to be true; whoever belonged to them still does. */
  distrusted: Population[]
}

type Work = Pick<FlowContext<unknown>, 'now' | 'runId'> & { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }

// So few may leave a population at once, however small it is.
const FEW = 5

/**
 * After a run: people who are neither in its population nor were loaded by it are marked as deleted and their curated rows go; the
 * others are noted as exactly what they are now. When too many would go, none does.
 */
export async function markUnseen(ctx: Work, sql: ClientBase, answer: WholePopulation): Promise<Marked> {
  const at = new Date(ctx.now())
  await sql.query(lockOf(PERSON_TABLES), [EVERYBODY])
  await stagePopulation(ctx, sql, answer.population)
  const absent: Among = { where: 'not exists (select from person_population p where p.bu_uid = c.bu_uid)', values: [] }
  const unseen = await countAbsent(sql, absent, ctx.runId)
  const nothing = { deleted: 0, uncurated: 0, regrouped: 0, kept: unseen.unseen, distrusted: [] }
  if (!answer.complete) return { ...nothing, because: unseen.unseen === 0 ? null : 'incomplete' }
  if (unseen.unseen > 0 && isTooMany(unseen, answer.shrinkRatio)) return { ...nothing, because: 'too-many' }
  const distrusted = await findDistrusted(sql, answer.shrinkRatio)
  const gone: Among = { where: `${absent.where} and not c.populations && $1::text[]`, values: [distrusted] }
  const marked = await markDeleted(sql, PERSON_TABLES, gone, { id: ctx.runId, at, seenBefore: at })
  const regrouped = await notePopulations(sql, distrusted)
  const kept = unseen.unseen - marked.deleted
  return { ...marked, regrouped, kept, because: kept > 0 ? 'too-many' : null, distrusted }
}

async function stagePopulation(ctx: Work, sql: ClientBase, population: WholePopulation['population']): Promise<void> {
  await sql.query('create temp table person_population (bu_uid text, populations text[]) on commit drop')
  await ctx.lake.copyIn(sql, 'pg_temp.person_population', ['bu_uid', 'populations'], populationLines(population))
  await sql.query('analyze person_population')
}

function* populationLines(population: WholePopulation['population']): Generator<[string, string]> {
  for (const [buid, populations] of population) yield [buid, `{${populations.toSorted().join()}}`]
}

async function countAbsent(sql: ClientBase, absent: Among, runId: string): Promise<{ live: number; unseen: number }> {
  const everybody = await countUnseen(sql, PERSON_TABLES, { where: 'true', values: [] }, runId)
  const { unseen } = await countUnseen(sql, PERSON_TABLES, absent, runId)
  return { live: everybody.live, unseen }
}

async function findDistrusted(sql: ClientBase, shrinkRatio: number): Promise<Population[]> {
  const { rows } = await sql.query<{ population: Population; before: number; after: number }>(
    `select before.population, before.people as before, coalesce(after.people, 0) as after
     from (select population, count(*)::int as people from person_xform.current_person_data c, unnest(c.populations) as population
       where c.deleted_at is null group by 1) as before
     left join (select population, count(*)::int as people from person_population p, unnest(p.populations) as population group by 1) as after
       using (population) order by 1`,
  )
  return rows
    .filter(({ before, after }) => before - after > FEW && isTooMany({ live: before, unseen: before - after }, shrinkRatio))
    .map(({ population }) => population)
}

/** What everybody is now, kept populations of doubtful sources included; marks those who differ as still to be curated. */
async function notePopulations(sql: ClientBase, distrusted: readonly Population[]): Promise<number> {
  const { rowCount } = await sql.query(
    `update person_xform.current_person_data c set populations = now.populations, curated_with = ''
     from (
       select o.bu_uid, array(
         select distinct population from (
           select unnest(p.populations) union all select unnest(o.populations) intersect select unnest($1::text[])
         ) as belonging (population) order by population
       ) as populations
       from person_population p join person_xform.current_person_data o on o.bu_uid = p.bu_uid and o.deleted_at is null
     ) as now
     where c.bu_uid = now.bu_uid and c.populations <> now.populations`,
    [distrusted],
  )
  return rowCount ?? 0
}
