import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { LOAD } from './load.ts'
import type { PersonParameters } from './parameters.ts'
import type { PersonRun } from './person-run.ts'
import type { PostponedPerson, Unseen } from './person-store.ts'
import type { Tally } from './tally.ts'

/** What the person flow writes. */
export const ASSETS = {
  raw: 'lake/person_raw.person_data',
  current: 'lake/person_xform.current_person_data',
  curated: 'lake/person_curated.person_data_by_service',
} as const

type Work = FlowContext<PersonParameters>
type Postponements = Tally['postponements']

const STAGE_WORDS: Record<PostponedPerson['stage'], string> = {
  terms: 'because their terms could not be looked up',
  person: 'because their batch could not be read',
  missing: 'because they are not in the answer',
  load: 'because the lake refused their document',
}

/** The error of a run that could not load anybody. */
export function noLoad(tally: Tally): TidemarkError {
  const reasons = tally.postponements.map(({ reason }) => reason)
  return new TidemarkError('refused', {
    publicMessage: `Not one of ${tally.total} people could be loaded. ${[...new Set(reasons)].join(' ')}`,
  })
}

/** What the page says of a run that came to its end. */
export async function report(run: PersonRun, recurated: { written: number; removed: number }, unseen: Unseen | null): Promise<FlowResult> {
  const { ctx, tally } = run
  await addEarlierAttempts(ctx, tally)
  const postponements = await postponementsOf(ctx, tally)
  const written = tally.load.new + tally.load.changed + tally.load['back again']
  const gone = unseen?.deleted ?? 0
  const curated = tally.more.curated + recurated.written + (unseen?.curated ?? 0)
  const uncurated = tally.more.uncurated + recurated.removed + (unseen?.uncurated ?? 0)
  warnAbout(ctx, tally)
  return {
    rowsLoaded: ctx.parameters.dryRun ? 0 : written + gone,
    rowsSeen: tally.total,
    summary: ctx.parameters.dryRun
      ? dryCounts(tally)
      : { ...counts(tally), gone, ...postponedCounts(postponements), 'curated rows written': curated, 'curated rows removed': uncurated },
    rowsByAsset: ctx.parameters.dryRun
      ? {}
      : { [ASSETS.raw]: written, [ASSETS.current]: written + gone, [ASSETS.curated]: curated + uncurated },
    ...inWords(ctx, tally, postponements, unseen),
  }
}

function counts({ total, load, people }: Tally): Record<string, number> {
  const { new: fresh, changed, 'back again': returned, unchanged } = load
  const { 'empty objects': empty, 'not asked for': strangers } = people
  return {
    people: total,
    new: fresh,
    changed,
    'back again': returned,
    unchanged,
    'empty objects': empty,
    'people not asked for': strangers,
  }
}

function dryCounts(tally: Tally): Record<string, number> {
  const { total, load, postponements } = tally
  return {
    people: total,
    'would be new': load.new,
    'would be changed': load.changed,
    'would be back again': load['back again'],
    unchanged: load.unchanged,
    ...Object.fromEntries(postponements.map(({ stage, people }) => [`would be postponed: ${stage}`, people])),
  }
}

function postponedCounts(postponements: Postponements): Record<string, number> {
  return Object.fromEntries(postponements.map(({ stage, people }) => [`postponed: ${stage}`, people]))
}

/** Rows of the batches that earlier attempts of this run have committed. */
async function addEarlierAttempts(ctx: Work, tally: Tally): Promise<void> {
  if (ctx.attempt === 1 || ctx.parameters.dryRun) return
  const [earlier] = await ctx.lake.query<Record<'fresh' | 'changed' | 'returned' | 'unchanged' | 'curated' | 'uncurated', number>>(
    `select ${['fresh', 'changed', 'returned', 'unchanged', 'curated', 'uncurated']
      .map((name) => `coalesce(sum((result ->> '${name}')::int), 0)::int as ${name}`)
      .join(', ')}
     from tidemark.load_batch where run = $1 and task = $2 and attempt < $3`,
    [ctx.runId, LOAD, ctx.attempt],
  )
  if (earlier) tally.merged({ ...earlier, regrouped: 0, refused: 0 })
}

/** Those of all attempts whom nobody has loaded since; in a dry run those who would be. */
async function postponementsOf(ctx: Work, tally: Tally): Promise<Postponements> {
  if (ctx.parameters.dryRun) return tally.postponements
  return ctx.lake.query(
    `select stage, sum(people)::int as people, (array_agg(reason order by people desc, reason))[1] as reason
     from (select stage, reason, count(*) as people from person_raw.postponed_person where run_id = $1 group by stage, reason) as reasons
     group by stage order by array_position('{terms,person,missing,load}', stage)`,
    [ctx.runId],
  )
}

function warnAbout(ctx: Work, { people, more }: Tally): void {
  if (people['empty objects'] > 0) ctx.log.warn(`${people['empty objects']} empty objects were left out of the answers.`)
  if (people['not asked for'] > 0)
    ctx.log.warn(`${people['not asked for']} people came back who had not been asked for; they were left out.`)
  if (more.cleaned > 0) ctx.log.warn(`Characters that cannot be stored were taken out of ${more.cleaned} documents.`)
  if (more.stripped > 0) ctx.log.info(`Sensitive fields were taken out of ${more.stripped} documents.`)
}

/** `remark` leaves it to the share of the postponed whether the load counts; people who vanished in numbers make it incomplete. */
function inWords(ctx: Work, tally: Tally, postponements: Postponements, unseen: Unseen | null): Pick<FlowResult, 'remark' | 'incomplete'> {
  const { dryRun } = ctx.parameters
  const people = postponements.reduce((sum, { people }) => sum + people, 0)
  const because = postponements.map(({ stage, people, reason }) => `${people} ${STAGE_WORDS[stage]} (${reason.replace(/\.$/, '')})`)
  const wait = `${people} of ${tally.total} people ${dryRun ? 'would be' : 'are'} postponed: ${because.join('; ')}.`
  const remedy = dryRun ? '' : ` tidemark run person --replay ${ctx.runId} loads them.`
  const postponed = people === 0 ? '' : `${wait}${remedy}`
  const distrusted = unseen?.distrusted.length ? ` (of the populations ${unseen.distrusted.join(', ')})` : ''
  const kept =
    unseen?.because === 'too-many'
      ? `${unseen.kept} people${distrusted} are no longer in the population, too many to be true; they are kept.`
      : ''
  if (kept !== '') return { incomplete: [kept, postponed].filter(Boolean).join(' ') }
  if (postponed === '') return {}
  return dryRun ? { incomplete: postponed } : { remark: postponed }
}
