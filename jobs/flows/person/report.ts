import { committedDocuments } from '#jobs/flows/documents/merged-documents.ts'
import type { Published } from '#jobs/flows/documents/publish-views.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { LOAD } from './load.ts'
import type { PersonParameters } from './parameters.ts'
import type { PersonRun } from './person-run.ts'
import type { PostponedPerson, Unseen } from './store/person-store.ts'
import type { Tally } from './tally.ts'

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

export function noLoad(tally: Tally): TidemarkError {
  const reasons = tally.postponements.map(({ reason }) => reason)
  return new TidemarkError('refused', {
    publicMessage: `Not one of ${tally.total} people could be loaded. ${[...new Set(reasons)].join(' ')}`,
  })
}

export interface Beside {
  recurated: Published
  unseen: Unseen | null
  leftAlone: number
}

export async function report({ ctx, tally }: PersonRun, beside: Beside): Promise<FlowResult> {
  if (ctx.attempt > 1) {
    tally.merged({ ...(await committedDocuments(ctx, LOAD, 'earlier')), refused: 0, duplicates: 0, cleaned: 0, stripped: 0 })
  }
  const postponements = await postponementsOf(ctx, tally)
  warnAbout(ctx, tally)
  const { recurated, unseen } = beside
  const written = tally.load.new + tally.load.changed + tally.load['back again']
  const gone = unseen?.deleted ?? 0
  const curated = {
    written: tally.more.curated + recurated.written,
    removed: tally.more.uncurated + recurated.removed + (unseen?.uncurated ?? 0),
  }
  const result = { rowsSeen: tally.total, summary: summaryOf(ctx, tally, beside, postponements, curated) }
  const words = inWords(ctx, tally, postponements, unseen)
  if (ctx.parameters.dryRun) return { ...result, ...words, rowsLoaded: 0, rowsByAsset: {} }
  const rowsByAsset = { [ASSETS.raw]: written, [ASSETS.current]: written + gone, [ASSETS.curated]: curated.written + curated.removed }
  const removedByAsset = { [ASSETS.raw]: 0, [ASSETS.current]: gone, [ASSETS.curated]: curated.removed }
  return { ...result, ...words, rowsLoaded: written + gone, rowsByAsset, rowsRemoved: gone, removedByAsset }
}

function summaryOf(
  ctx: Work,
  { total, load, people }: Tally,
  { unseen, leftAlone }: Beside,
  postponements: Postponements,
  curated: Published,
): Record<string, number> {
  const would = ctx.parameters.dryRun ? 'would be ' : ''
  const thatWould = ctx.parameters.dryRun ? 'that would be ' : ''
  return {
    people: total,
    ...(leftAlone === 0 ? {} : { 'left alone': leftAlone }),
    [`${would}new`]: load.new,
    [`${would}changed`]: load.changed,
    [`${would}back again`]: load['back again'],
    unchanged: load.unchanged,
    [`${would}gone`]: unseen?.deleted ?? 0,
    ...Object.fromEntries(postponements.map(({ stage, people }) => [`${would}postponed: ${stage}`, people])),
    ...(ctx.attempt === 1 ? oddities(people) : {}),
    [`curated rows ${thatWould}written`]: curated.written,
    [`curated rows ${thatWould}removed`]: curated.removed,
  }
}

/** What answers held beside the people asked for, in this attempt only. */
function oddities({ 'empty objects': empty, 'not asked for': strangers }: Tally['people']): Record<string, number> {
  return { ...(empty > 0 && { 'empty objects': empty }), ...(strangers > 0 && { 'people not asked for': strangers }) }
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

/** `remark`: the share of the postponed decides whether the load counts; people who vanished in numbers make it incomplete. */
function inWords(ctx: Work, tally: Tally, postponements: Postponements, unseen: Unseen | null): Pick<FlowResult, 'remark' | 'incomplete'> {
  const { dryRun } = ctx.parameters
  const postponed = postponedInWords(ctx, tally, postponements)
  if (unseen !== null && unseen.kept > 0) return { incomplete: [keptInWords(unseen, dryRun), postponed].filter(Boolean).join(' ') }
  if (postponed === '') return {}
  return dryRun ? { incomplete: postponed } : { remark: postponed }
}

function postponedInWords(ctx: Work, { total }: Tally, postponements: Postponements): string {
  const people = postponements.reduce((sum, { people }) => sum + people, 0)
  if (people === 0) return ''
  const because = postponements.map(({ stage, people, reason }) => `${people} ${STAGE_WORDS[stage]} (${reason.replace(/\.$/, '')})`)
  const { dryRun } = ctx.parameters
  const wait = `${people} of ${total} people ${dryRun ? 'would be' : 'are'} postponed: ${because.join('; ')}.`
  return dryRun ? wait : `${wait} tidemark run person --replay ${ctx.runId} loads them.`
}

function keptInWords({ kept, distrusted }: Unseen, dryRun: boolean): string {
  const of = distrusted.length === 0 ? '' : ` (of the populations ${distrusted.join(', ')})`
  const so = dryRun ? 'they would be kept' : 'they are kept'
  return `${kept} people${of} are no longer in the population, too many to be true; ${so}. If that is right, run once with a smaller shrinkRatio.`
}
