import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { isStop } from '#lib/engine/run/scope.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { PART_OF, POPULATIONS, type Population, toBuid } from './incoming-person.ts'
import type { PersonParameters } from './parameters.ts'
import type { Member, PersonSource, PopulationList } from './sources/source.ts'
import type { PersonStore } from './store/person-store.ts'

export interface RunPopulation {
  whole: ReadonlyMap<string, readonly Population[]>
  /** People of populations that were not asked for: neither loaded nor deleted. */
  leftAlone: ReadonlySet<string>
  counts: Record<string, number>
}

const LISTS_AT_ONCE = 4
const RETRIES = { retries: 3, backoffMs: 10 * SECOND_MS, backoffFactor: 3, backoffMaxMs: 90 * SECOND_MS, timeoutMs: 600 * SECOND_MS }

type Work = FlowContext<PersonParameters>

export function* membersOf(population: RunPopulation, isDone: (buid: string) => boolean): Generator<Member> {
  for (const [buid, populations] of population.whole) if (!population.leftAlone.has(buid) && !isDone(buid)) yield { buid, populations }
}

/** Asks every list. Throws, before anything is written, when one fails or is empty, or when the whole is so much smaller than the lake
 * that it cannot be true. */
export async function readPopulation(ctx: Work, source: PersonSource): Promise<RunPopulation> {
  const whole = new Map<string, readonly Population[]>()
  for await (const { list, ids } of ctx.map(source.lists, LISTS_AT_ONCE, (list) => readList(ctx, list))) {
    const populations = withWholes([list.population])
    for (const buid of ids) whole.set(buid, joined(whole.get(buid), populations))
  }
  const counts = sizesOf(whole)
  const leftAlone = await leaveAlone(ctx, whole, new Set(source.lists.map((list) => list.population)))
  await refuseShrunken(ctx, whole)
  return { whole, leftAlone, counts }
}

function sizesOf(whole: RunPopulation['whole']): Partial<Record<Population, number>> {
  const counts: Partial<Record<Population, number>> = {}
  for (const populations of whole.values()) for (const population of populations) counts[population] = (counts[population] ?? 0) + 1
  return counts
}

function withWholes(populations: readonly Population[]): readonly Population[] {
  return populations.flatMap((population) => [population, PART_OF[population] ?? population])
}

/** The people an earlier run postponed, with their populations when a run last saw all lists. */
export async function replayedPopulation(ctx: Work, store: PersonStore, runId: string): Promise<RunPopulation> {
  const postponed = await store.postponedOf(runId)
  if (postponed.length === 0) ctx.log.info('Nobody waits for a replay of that run.')
  return {
    whole: new Map(postponed.map(({ buid, populations }) => [buid, joined(undefined, populations)])),
    leftAlone: new Set(),
    counts: {},
  }
}

interface ListRead {
  list: PopulationList
  ids: Set<string>
}

async function readList(ctx: Work, list: PopulationList): Promise<ListRead> {
  try {
    // Not stored: the ledger must hold no ids, so a later attempt asks again.
    const ids = await ctx.task(`population: ${list.words}`, RETRIES, () => idsOf(ctx, list))
    return { list, ids }
  } catch (error) {
    if (isStop(ctx, error)) throw error
    throw new TidemarkError(isTidemarkError(error) ? error.code : 'internal', {
      publicMessage: `Nobody was loaded, because ${list.words} could not be read. ${toPublicMessage(error)}`,
      cause: error,
    })
  }
}

async function idsOf(ctx: Work, list: PopulationList): Promise<Set<string>> {
  const ids = new Set<string>()
  let without = 0
  for await (const id of list.ids()) {
    const buid = toBuid(id)
    if (buid === null) without += 1
    else ids.add(buid)
  }
  if (ids.size === 0) {
    throw new TidemarkError('refused', {
      publicMessage: without === 0 ? 'The answer names nobody.' : `The answer has ${without} rows, none of them with the id of a person.`,
    })
  }
  if (without > 0) ctx.log.warn(`${without} rows of ${list.words} have no id that could be one and are left out.`)
  ctx.log.info(`${ids.size} people are among ${list.words}.`)
  return ids
}

/** Adds to `whole` those whose population was not asked for, and answers who of them was in no list: they are not taken for gone. */
async function leaveAlone(ctx: Work, whole: Map<string, readonly Population[]>, asked: ReadonlySet<Population>): Promise<Set<string>> {
  const unasked = POPULATIONS.filter((population) => !asked.has(population))
  const rows = await ctx.lake.query<{ buid: string; populations: Population[] }>(
    `select bu_uid as buid, populations from person_xform.current_person_data where deleted_at is null and populations && $1::text[]`,
    [unasked],
  )
  const alone = new Set<string>()
  for (const { buid, populations } of rows) {
    const found = whole.get(buid)
    if (found === undefined) alone.add(buid)
    const kept = populations.filter((population) => unasked.includes(population))
    whole.set(buid, joined(found, withWholes(kept)))
  }
  return alone
}

/** Populations that are part of another may shrink: residences are empty in summer, and their students still study. */
async function refuseShrunken(ctx: Work, whole: RunPopulation['whole']): Promise<void> {
  const rows = await ctx.lake.query<{ population: Population | null; alive: number }>(
    `select population, count(*)::int as alive from person_xform.current_person_data, unnest(populations) as population
     where deleted_at is null group by population
     union all select null, count(*)::int from person_xform.current_person_data where deleted_at is null
     order by population nulls first`,
  )
  const sizes = sizesOf(whole)
  for (const { population, alive } of rows) {
    const found = population === null ? whole.size : (sizes[population] ?? 0)
    const mayShrink = population !== null && PART_OF[population] !== undefined
    if (mayShrink || alive === 0 || found > alive * ctx.parameters.shrinkRatio) continue
    const what = population === null ? 'people' : `people of the population ${population}`
    throw new TidemarkError('refused', {
      publicMessage: `Nobody was loaded: the sources name ${found} ${what}, the lake holds ${alive}. If that is right, run once with a smaller shrinkRatio.`,
    })
  }
}

const COMBINATIONS = new Map<string, readonly Population[]>()

/** Equal combinations are one array, so that a hundred thousand people share a handful. */
function joined(before: readonly Population[] | undefined, more: readonly Population[]): readonly Population[] {
  const both = POPULATIONS.filter((population) => before?.includes(population) || more.includes(population))
  const key = both.join()
  const shared = COMBINATIONS.get(key) ?? both
  COMBINATIONS.set(key, shared)
  return shared
}
