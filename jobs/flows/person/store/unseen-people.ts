import type { ClientBase } from 'pg'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { type Among, type Counted, isTooMany, markDeleted } from '#jobs/flows/documents/delete-unseen.ts'
import { lockOf } from '#jobs/flows/documents/tables.ts'
import { PART_OF, type Population } from '#jobs/flows/person/incoming-person.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { EVERYBODY, PERSON_TABLES } from './person-tables.ts'

export interface WholePopulation {
  /** Everybody of this run, loaded or not. Share the arrays: they are few. */
  population: ReadonlyMap<string, readonly Population[]>
  /** 0…1: when at most this share of all people, or of a population, is left, it is not believed. */
  shrinkRatio: number
}

export interface Unseen {
  deleted: number
  /** Curated rows of the deleted, and of services for populations that somebody has left. */
  uncurated: number
  regrouped: number
  /** Not in the population and yet kept, because too many would go. */
  kept: number
  /** Populations that shrank too much to be true: nobody leaves them. */
  distrusted: Population[]
}

type Work = Pick<FlowContext<unknown>, 'now' | 'runId'> & { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }

// So few may leave even a small population.
const FEW = 5

const ABSENT = 'not exists (select from person_population p where p.bu_uid = c.bu_uid)'

/** After a run of everybody: whoever is neither in its population nor loaded by it is marked as deleted, without curated rows; the
 * others get exactly their present populations, and rows of services for other ones go. When too many would go, none does. */
export async function markUnseen(ctx: Work, sql: ClientBase, answer: WholePopulation, curation: Curation): Promise<Unseen> {
  const at = new Date(ctx.now())
  await sql.query(lockOf(PERSON_TABLES), [EVERYBODY])
  await stagePopulation(ctx, sql, answer.population)
  const counted = await countAbsent(sql, ctx.runId)
  if (counted.unseen > 0 && isTooMany(counted, answer.shrinkRatio)) {
    return { deleted: 0, uncurated: 0, regrouped: 0, kept: counted.unseen, distrusted: [] }
  }
  const distrusted = await findDistrusted(sql, answer.shrinkRatio)
  const gone: Among = { where: `${ABSENT} and not c.populations && $1::text[]`, values: [distrusted] }
  const { deleted, uncurated } = await markDeleted(sql, PERSON_TABLES, gone, { id: ctx.runId, at, seenBefore: at })
  const { regrouped, withdrawn } = await notePopulations(sql, distrusted, curation)
  await notePostponed(sql, distrusted)
  return { deleted, uncurated: uncurated + withdrawn, regrouped, kept: counted.unseen - deleted, distrusted }
}

async function stagePopulation(ctx: Work, sql: ClientBase, population: WholePopulation['population']): Promise<void> {
  await sql.query('create temp table person_population (bu_uid text, populations text[]) on commit drop')
  await ctx.lake.copyIn(sql, 'pg_temp.person_population', ['bu_uid', 'populations'], populationLines(population))
  await sql.query('analyze person_population')
}

function* populationLines(population: WholePopulation['population']): Generator<[string, string]> {
  for (const [buid, populations] of population) yield [buid, `{${populations.toSorted().join()}}`]
}

async function countAbsent(sql: ClientBase, runId: string): Promise<Counted> {
  const { rows } = await sql.query<Counted>(
    `select (select count(*)::int from (
         select bu_uid from person_xform.current_person_data where deleted_at is null union select bu_uid from person_population
       ) as everybody) as live,
       (select count(*)::int from person_xform.current_person_data c
         where c.deleted_at is null and c.last_seen_run <> $1 and ${ABSENT}) as unseen`,
    [runId],
  )
  return rows[0] ?? { live: 0, unseen: 0 }
}

/** A population that is part of another may shrink: the whole is compared. */
async function findDistrusted(sql: ClientBase, shrinkRatio: number): Promise<Population[]> {
  const { rows } = await sql.query<Counted & { population: Population }>(
    `select population, count(*)::int as live, (count(*) filter (where not is_named))::int as unseen
     from (
       select bu_uid, population, bool_or(is_named) as is_named from (
         select bu_uid, unnest(populations) as population, false as is_named from person_xform.current_person_data where deleted_at is null
         union all select bu_uid, unnest(populations), true from person_population
       ) as belonging group by bu_uid, population
     ) as member group by population order by population`,
  )
  return rows
    .filter((counted) => counted.unseen > FEW && isTooMany(counted, shrinkRatio) && PART_OF[counted.population] === undefined)
    .map(({ population }) => population)
}

/** Distrusted populations are kept. Whoever gained one without being loaded is marked, so that the next run curates for it. */
async function notePopulations(
  sql: ClientBase,
  distrusted: readonly Population[],
  { ofOneGroup }: Curation,
): Promise<{ regrouped: number; withdrawn: number }> {
  const { rows } = await sql.query<{ regrouped: number; withdrawn: number }>(
    `with differing as materialized (
       select c.bu_uid, c.populations as before, array(
         select unnest(p.populations) union (select unnest(c.populations) intersect select unnest($1::text[])) order by 1
       ) as populations
       from person_population p join person_xform.current_person_data c on c.bu_uid = p.bu_uid and c.deleted_at is null
       where c.populations <> p.populations
     ), regrouped as (
       update person_xform.current_person_data c set populations = d.populations,
         curated_with = case when d.populations <@ d.before then c.curated_with else '' end
       from differing d where c.bu_uid = d.bu_uid and d.populations <> d.before returning 1
     ), withdrawn as (
       delete from person_curated.person_data_by_service t using differing d, unnest($2::text[], $3::text[]) as s (service, population)
       where (t.bu_uid, t.service) = (d.bu_uid, s.service) and s.population <> all (d.populations) returning 1
     )
     select (select count(*)::int from regrouped) as regrouped, (select count(*)::int from withdrawn) as withdrawn`,
    [distrusted, ofOneGroup.map(({ service }) => service), ofOneGroup.map(({ group }) => group)],
  )
  return rows[0] ?? { regrouped: 0, withdrawn: 0 }
}

/** A replay brings nobody back who is gone, and loads the others with their present populations. */
async function notePostponed(sql: ClientBase, distrusted: readonly Population[]): Promise<void> {
  await sql.query(`delete from person_raw.postponed_person c where ${ABSENT} and not c.populations && $1::text[]`, [distrusted])
  await sql.query(
    `update person_raw.postponed_person n set populations = p.populations
     from person_population p where p.bu_uid = n.bu_uid and n.populations <> p.populations`,
  )
}
