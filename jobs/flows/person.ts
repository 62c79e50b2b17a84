import { loadMembers } from '#jobs/flows/person/load.ts'
import { type PersonParameters, parameters } from '#jobs/flows/person/parameters.ts'
import { PersonRun } from '#jobs/flows/person/person-run.ts'
import { membersOf, type RunPopulation, readPopulation, replayedPopulation } from '#jobs/flows/person/population.ts'
import { ASSETS, noLoad, report } from '#jobs/flows/person/report.ts'
import { directSource } from '#jobs/flows/person/sources/direct.ts'
import { gatewaySource } from '#jobs/flows/person/sources/gateway.ts'
import { Tally } from '#jobs/flows/person/tally.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { defineFlow, type FlowContext, type FlowResult, type LakeWork } from '#lib/engine/flow.ts'
import { openPersonStore, type PersonStore, type Unseen } from './person/store/person-store.ts'

const ROLLED_BACK = new Error('rolled back, as everything in a dry run')

/** A context in which every transaction is rolled back and nobody is put aside: the parts answer what they would have done; none sees what
 * another did. */
function asDryRun<Context extends Pick<FlowContext<unknown>, 'lake' | 'quarantine'>>(ctx: Context): Context {
  async function once<T>(task: string, batchKey: string, work: LakeWork<T>): Promise<T> {
    const made: { result?: { of: T } } = {}
    try {
      return await ctx.lake.once(task, batchKey, async (sql) => {
        made.result = { of: await work(sql) }
        throw ROLLED_BACK
      })
    } catch (error) {
      if (error !== ROLLED_BACK || made.result === undefined) throw error
      return made.result.of
    }
  }
  return { ...ctx, lake: { ...ctx.lake, once }, quarantine: async () => {} }
}

/** Loads everybody the sources name: terms, documents in batches, sensitive fields removed, into history, current rows and what each
 * service may read. With upstream `gateway` the catalogue maps `peoplesoft` and `snaplogic_person` to the query endpoint and the person
 * API. */
export default defineFlow<PersonParameters>({
  schedule: '0 3 * * *',
  timezone: 'America/New_York',
  after: ['term'],
  reads: [
    'peoplesoft/BU_PARM_0216_QRY',
    'peoplesoft/BU_TERM_STD_FULL_TERM',
    'sap/Z_HR_EMPLOYEE_OBJ_LIST',
    'vds/people',
    'snaplogic_person/people',
  ],
  writes: [ASSETS.raw, ASSETS.current, ASSETS.curated],
  connections: ['peoplesoft', 'sap', 'snaplogic_person'],
  connectionsFor: ({ vds }) => (vds ? ['vds'] : []),
  parameters,
  timeoutMs: 12 * HOUR_MS,
  run: (ctx) => loadPeople(ctx.parameters.dryRun ? asDryRun(ctx) : ctx),
})

type Work = FlowContext<PersonParameters>

async function loadPeople(ctx: Work): Promise<FlowResult> {
  const { replay, upstream } = ctx.parameters
  const store = await openPersonStore(ctx)
  const source = upstream === 'direct' ? directSource(ctx) : gatewaySource(ctx)
  const run = new PersonRun(ctx, store, source, new Tally(ctx))
  if (replay === undefined) await noteBegun(ctx)
  const recurated = await ctx.task('curate anew', { retries: 2 }, () => store.curateAnew())
  const population = replay === undefined ? await readPopulation(ctx, source) : await replayedPopulation(ctx, store, replay)
  const done = await dealtWith(ctx, store)
  const members = () => membersOf(population, (buid) => done.has(buid))
  const left = countOf(members())
  run.tally.expect(population.counts, left + done.size, done.size)
  await ctx.task('load', {}, () => loadMembers(run, members()))
  if (left > 0 && done.size === 0 && run.tally.people.returned === 0) throw noLoad(run.tally)
  const unseen = replay === undefined ? await deleteUnseen(ctx, store, population) : null
  if (unseen?.kept === 0) await noteEnded(ctx)
  const beside = { recurated, unseen, leftAlone: population.leftAlone.size }
  return { ...(await report(run, beside)), ...(await movesOf(ctx, run.tally.total)) }
}

function countOf(members: Iterable<unknown>): number {
  let count = 0
  for (const _ of members) count += 1
  return count
}

async function dealtWith(ctx: Work, store: PersonStore): Promise<ReadonlySet<string>> {
  if (ctx.attempt === 1) return new Set()
  const loaded = await store.loadedInThisRun()
  return loaded.union(await store.postponedInThisRun())
}

function deleteUnseen(ctx: Work, store: PersonStore, { whole }: RunPopulation): Promise<Unseen> {
  const { shrinkRatio } = ctx.parameters
  return ctx.task('unseen', { retries: 2 }, () => store.deleteUnseen({ population: whole, shrinkRatio }))
}

const RUN = 'person run'

function noteBegun(ctx: Work): Promise<null> {
  return ctx.lake.once(RUN, 'begun', async () => null)
}

function noteEnded(ctx: Work): Promise<null> {
  return ctx.lake.once(RUN, 'ended', async () => null)
}

/** The clocks this run may move. A dry run or a replay of nobody: none. A replay completes a load of everybody only when the latest one
 * ended within a day and nobody it postponed is left; otherwise it has only written. */
async function movesOf(ctx: Work, people: number): Promise<Pick<FlowResult, 'moves'>> {
  const { dryRun, replay } = ctx.parameters
  if (dryRun || (replay !== undefined && people === 0)) return { moves: 'nothing' }
  if (replay === undefined) return {}
  const [row] = await ctx.lake.query<{ whole: boolean }>(
    `with latest as (
       select run from tidemark.load_batch where task = $1 and batch_key = 'begun' and committed_at > $2 order by committed_at desc limit 1
     )
     select exists (select from tidemark.load_batch b, latest l where (b.run, b.task, b.batch_key) = (l.run, $1, 'ended'))
       and not exists (select from person_raw.postponed_person p, latest l where p.run_id = l.run) as whole`,
    [RUN, new Date(ctx.now() - DAY_MS)],
  )
  return row?.whole === true ? {} : { moves: 'writtenAt' }
}
