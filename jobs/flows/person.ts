import { loadMembers } from '#jobs/flows/person/load.ts'
import { type PersonParameters, parameters } from '#jobs/flows/person/parameters.ts'
import { PersonRun } from '#jobs/flows/person/person-run.ts'
import { openPersonStore, type PersonStore, type Unseen } from '#jobs/flows/person/person-store.ts'
import { membersOf, type RunPopulation, readPopulation, replayedPopulation, sizeOf } from '#jobs/flows/person/population.ts'
import { movesOf, noteBegun, noteEnded } from '#jobs/flows/person/proof.ts'
import { ASSETS, noLoad, report } from '#jobs/flows/person/report.ts'
import { directSource } from '#jobs/flows/person/sources/direct.ts'
import { gatewaySource } from '#jobs/flows/person/sources/gateway.ts'
import { Tally } from '#jobs/flows/person/tally.ts'
import { HOUR_MS } from '#lib/domain/instant.ts'
import { defineFlow, type FlowContext, type FlowResult } from '#lib/engine/flow.ts'

/**
 * Loads everybody the sources of the population name: who they are, their terms, their documents in batches, stripped of what nobody may
 * keep, into history, current rows and what each service may read. With the upstream `gateway` the catalogue maps `peoplesoft` and
 * `snaplogic_person` to the query endpoint and the person API.
 */
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
  // The directory is needed only with `vds: true`; then its connection is found by its name.
  connections: ['peoplesoft', 'sap', 'snaplogic_person'],
  parameters,
  timeoutMs: 12 * HOUR_MS,
  run: loadPeople,
})

type Work = FlowContext<PersonParameters>

async function loadPeople(ctx: Work): Promise<FlowResult> {
  const { replay, dryRun, upstream } = ctx.parameters
  const isWhole = replay === undefined
  const store = await openPersonStore(ctx)
  const source = upstream === 'direct' ? directSource(ctx) : gatewaySource(ctx)
  const run = new PersonRun(ctx, store, source, new Tally(ctx))
  if (isWhole && !dryRun) await noteBegun(ctx)
  const population = replay === undefined ? await readPopulation(ctx, source) : await replayedPopulation(store, replay)
  const recurated =
    isWhole && !dryRun ? await ctx.task('curate anew', { retries: 2 }, () => store.curateAnew()) : { written: 0, removed: 0 }
  const done = await dealtWith(ctx, store)
  const members = () => membersOf(population, (buid) => done.has(buid))
  const left = countOf(members())
  run.tally.expect(population.counts, sizeOf(population), sizeOf(population) - left)
  await ctx.task('load', {}, () => loadMembers(run, members()))
  if (left > 0 && left === sizeOf(population) && run.tally.people.returned === 0) throw noLoad(run.tally)
  const unseen = isWhole && !dryRun ? await deleteUnseen(ctx, store, population) : null
  if (unseen !== null && unseen.because === null) await noteEnded(ctx)
  return { ...(await report(run, recurated, unseen)), ...(await movesOf(ctx, sizeOf(population))) }
}

function countOf(members: Iterable<unknown>): number {
  let count = 0
  for (const _ of members) count += 1
  return count
}

/** Whom earlier attempts of this run have loaded or postponed. */
async function dealtWith(ctx: Work, store: PersonStore): Promise<ReadonlySet<string>> {
  if (ctx.attempt === 1 || ctx.parameters.dryRun) return new Set()
  const loaded = await store.loadedInThisRun()
  return loaded.union(await store.postponedInThisRun())
}

function deleteUnseen(ctx: Work, store: PersonStore, population: RunPopulation): Promise<Unseen> {
  const { shrinkRatio } = ctx.parameters
  return ctx.task('unseen', { retries: 2 }, () => store.deleteUnseen({ complete: true, population: population.whole, shrinkRatio }))
}
