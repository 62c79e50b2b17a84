import { DateTime } from 'luxon'
import { z } from 'zod'
import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Probe, probeEach, reachable } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { LookerApi } from './api.ts'
import { once } from './once.ts'
import { LOOKER_LIMITS, type LookerSettings, lookerAssetSettings } from './settings.ts'
import { DASHBOARD, type Datagroup, dashboard, datagroup, type Element, LOOK, type Look, look, type Query } from './shapes.ts'
import { shownElements } from './tile-paths.ts'

const NO_TIME = 'It is there. Looker tells no time of what it shows: when somebody edited it says nothing of its data.'

/** What it is that a path names. */
type Subject =
  | { kind: 'tile'; dashboard: string; tile: string }
  | { kind: 'look'; id: string }
  | { kind: 'datagroup'; model: string; name: string }
  | { kind: 'derived'; model: string; name: string }

const KINDS = /^(dashboards|datagroups|derived)\/([^/]+)\/(.+)$|^looks\/([^/]+)$/

function subjectOf(path: string): Subject | null {
  const [matched, kind, of = '', name = '', id = ''] = KINDS.exec(path) ?? []
  if (matched === undefined) return null
  if (kind === 'dashboards') return { kind: 'tile', dashboard: of, tile: name }
  if (kind === undefined) return { kind: 'look', id }
  return { kind: kind === 'derived' ? 'derived' : 'datagroup', model: of, name }
}

const build = z.object({
  'pdt_builds.model_name': z.string().nullish(),
  'pdt_builds.view_name': z.string().nullish(),
  'pdt_builds.end_time': z.string().nullish(),
})
type Build = z.infer<typeof build>
const BUILDS_MAX = 5000
const BUILDS_BY = 'pdt_builds.end_time'

/** The answers of one round, each asked for once. */
class Round {
  readonly #api: LookerApi
  readonly #dashboards = new Map<string, Promise<z.infer<typeof dashboard>>>()
  readonly #looks = new Map<string, Promise<Look>>()
  #datagroups: Promise<Datagroup[]> | undefined
  #builds: Promise<Build[]> | undefined

  constructor(api: LookerApi) {
    this.#api = api
  }

  async elements(id: string) {
    const what = `the dashboard ${id}`
    const read = await once(this.#dashboards, id, () => this.#api.get(what, ['dashboards', id], dashboard, { fields: DASHBOARD }))
    if (read.deleted === true) throw gone(`${this.#api.system}: the dashboard ${id} was deleted.`)
    return shownElements(read.dashboard_elements ?? [])
  }

  async look(id: string) {
    const read = await once(this.#looks, id, () => this.#api.get(`the look ${id}`, ['looks', id], look, { fields: LOOK }))
    if (read.deleted === true) throw gone(`${this.#api.system}: the look ${id} was deleted.`)
    return read
  }

  datagroups(): Promise<Datagroup[]> {
    this.#datagroups ??= this.#api.get('its datagroups', ['datagroups'], z.array(datagroup))
    return this.#datagroups
  }

  /** When tables were built, the newest first. */
  builds(): Promise<Build[]> {
    const query = {
      model: 'system__activity',
      view: 'pdt_builds',
      fields: Object.keys(build.shape),
      filters: { 'pdt_builds.status': 'done', 'pdt_builds.start_date': '90 days' },
      sorts: [`${BUILDS_BY} desc`],
      limit: String(BUILDS_MAX),
      query_timezone: 'UTC',
    }
    this.#builds ??= this.#api.rows('when tables were built', query, build)
    return this.#builds
  }
}

/** Looks at tiles, looks, built tables and datagroups; each dashboard is read once. */
export function observeLooker(
  api: LookerApi,
  connection: Connection<LookerSettings>,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const around = { api, round: new Round(api) }
  return probeEach(connection, assets, (asset) => probe(asset, around), LOOKER_LIMITS.atOnce ?? 1)
}

interface Around {
  api: LookerApi
  round: Round
}

async function probe({ path, settings: written }: ObservedAsset, around: Around): Promise<Probe> {
  const { api, round } = around
  const settings = lookerAssetSettings.parse(written)
  const subject = subjectOf(path)
  if (subject === null)
    throw gone(
      `${api.system} has nothing called ${path}: write dashboards/<id>/<tile>, looks/<id>, derived/<model>/<view> or datagroups/<model>/<name>.`,
    )
  if (subject.kind === 'datagroup') return ofDatagroup(subject, around)
  if (subject.kind === 'derived') return ofBuild(subject, around)
  const shown = subject.kind === 'look' ? await round.look(subject.id) : await tileOf(subject, around)
  if (settings.field === undefined) return reachable(NO_TIME)
  return ofField(await queryOf(shown, round), settings.field, settings.clock, api)
}

async function tileOf({ dashboard: id, tile }: Extract<Subject, { kind: 'tile' }>, { api, round }: Around): Promise<Element> {
  const element = (await round.elements(id)).find(({ path }) => path === tile)?.element
  if (element === undefined) throw gone(`${api.system}: the dashboard ${id} has no tile ${tile} any more.`)
  return element
}

/** Of a look its own, of a tile its own or that of the look it shows. */
async function queryOf(shown: Look | Element, round: Round): Promise<Query | null> {
  const own = shown.query ?? ('result_maker' in shown ? shown.result_maker?.query : null)
  if (own != null) return own
  return 'look_id' in shown && shown.look_id != null ? ((await round.look(shown.look_id)).query ?? null) : null
}

/** Asks the tile's own explore for the newest value of a field. */
async function ofField(query: Query | null, field: string, clock: ClockReading['clock'], api: LookerApi): Promise<Probe> {
  if (!query?.model || !query.view) throw refusedAnswer(api.system, `what is shown is no query of an explore, so it has no field ${field}`)
  const { model, view } = query
  const asked = { model, view, fields: [field], sorts: [`${field} desc`], limit: '1', query_timezone: 'UTC' }
  const [row] = await api.rows(`the field ${field}`, asked, z.record(z.string(), z.unknown()))
  const value = row?.[field] ?? null
  const read = value === null ? null : readTime(value)
  if (value !== null && read === null) throw refusedAnswer(api.system, `the newest value of ${field} is no time`)
  return told(
    { clock, at: read?.at ?? null, precision: read?.precision ?? 'instant' },
    'field',
    'strong',
    `The newest ${field} of ${model}/${view}, asked of the database.`,
  )
}

/** A datagroup fires when its own question has another answer than before: a load as a rule, or just another day. */
async function ofDatagroup({ model, name }: { model: string; name: string }, { api, round }: Around): Promise<Probe> {
  const found = (await round.datagroups()).find((one) => one.model_name === model && one.name === name)
  if (found === undefined) throw gone(`${api.system} has no datagroup ${name} of the model ${model}.`)
  if (found.trigger_error) {
    const publicMessage = `${api.system} could not ask whether the datagroup ${name} has to fire; its words are in the internal log.`
    throw new TidemarkError('refused', { publicMessage, message: `${publicMessage} [${found.trigger_error}]` })
  }
  const at = found.triggered_at == null ? null : found.triggered_at * SECOND_MS
  return told({ clock: 'loadedAt', at, precision: 'instant' }, 'datagroup', 'weak', `When the datagroup ${name} last fired.`)
}

async function ofBuild({ model, name }: { model: string; name: string }, { api, round }: Around): Promise<Probe> {
  const builds = await round.builds()
  const newest = builds.find((one) => one['pdt_builds.view_name'] === name && one['pdt_builds.model_name'] === model)
  const ended = newest?.[BUILDS_BY]
  const read = ended == null ? null : readTime(ended)
  const among = builds.length < BUILDS_MAX ? 'in 90 days' : `among its newest ${BUILDS_MAX}`
  if (read === null) return { ...reachable(''), untold: `${api.system} tells of no build of the derived table ${name} ${among}.` }
  return told(
    { clock: 'loadedAt', at: read.at, precision: read.precision },
    'build',
    'strong',
    `When Looker last built the derived table ${name}.`,
  )
}

function told(reading: ClockReading, method: string, strength: 'strong' | 'weak', detail: string): Probe {
  return { readings: [reading], rows: null, evidence: { method, strength, detail }, state: null, warnings: [] }
}

const DAY = /^\d{4}-\d\d-\d\d$/

/** Times come as the texts of SQL in the zone of the query, which is UTC. */
function readTime(value: unknown): { at: Instant; precision: 'instant' | 'day' } | null {
  if (typeof value !== 'string') return null
  const text = value.trim()
  const moment = text.includes('T') ? DateTime.fromISO(text, { zone: 'UTC' }) : DateTime.fromSQL(text, { zone: 'UTC' })
  if (!moment.isValid || moment.year < 1900) return null
  return DAY.test(text) ? { at: moment.endOf('day').toMillis(), precision: 'day' } : { at: moment.toMillis(), precision: 'instant' }
}
