import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Probe, probeEach, reachable } from '#lib/connectors/kit/probe.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'
import type { MetabaseApi } from './api.ts'
import { type Connected, metabaseAssetSettings, subjectOf } from './settings.ts'

const AT_ONCE = 2
const NO_TIME = 'It is there. Metabase tells no time of what it shows: when somebody edited or opened it says nothing of its data.'
/** What has no zone in the database Metabase writes with that of its report: the type alone tells them apart. */
const KNOWS_ZONE = /^type\/DateTimeWith(?:LocalTZ|TZ|ZoneID|ZoneOffset)$|^type\/Instant$/
const WITH_ZONE = /\d\d:\d\d.*(?:z|[+-]\d\d:?\d\d)$/i

/** Looks whether dashboards and cards are there, and of a card that names a column for its newest value. */
export async function* observeMetabase(
  connection: Connected,
  api: MetabaseApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  // What nobody gets in for fails as a whole, whichever asset is the first.
  await api.cardIds()
  yield* probeEach(connection, assets, (asset) => probe(api, asset), AT_ONCE)
}

async function probe(api: MetabaseApi, { path, settings }: ObservedAsset): Promise<Probe> {
  const subject = subjectOf(path)
  if (subject === null) throw gone(`${api.system} has nothing at ${path}.`)
  const { column, clock } = metabaseAssetSettings.parse(settings)
  if (subject.kind === 'dashboards') await api.dashboard(subject.id)
  else await api.card(subject.id)
  if (column === undefined || subject.kind === 'dashboards') return reachable(NO_TIME)
  const { at, rows } = await newest(api, subject.id, column)
  return {
    readings: [{ clock, at, precision: 'instant' }],
    rows,
    evidence: {
      method: 'column',
      strength: 'strong',
      detail: `The newest value of ${column} in the result of the card, asked of the database.`,
    },
    state: null,
    warnings: [],
  }
}

async function newest(api: MetabaseApi, id: number, column: string): Promise<{ at: Instant | null; rows: number }> {
  const { cols, rows, rows_truncated: cut } = await api.result(id)
  const place = cols.findIndex(({ name }) => name === column)
  if (place < 0) throw refusedAnswer(api.system, `the card ${id} has no column ${column}`)
  if (!KNOWS_ZONE.test(cols[place]?.base_type ?? '')) throw refusedAnswer(api.system, `the column ${column} holds no time with a zone`)
  if (cut != null)
    throw refusedAnswer(api.system, `the card ${id} has more rows than Metabase gives. Name one that selects the newest time alone`)
  const values = rows.map((row) => row[place] ?? null).filter((value) => value !== null)
  const times = values.map((value) => (typeof value === 'string' && WITH_ZONE.test(value) ? readMoment(value) : null))
  const read = times.filter((at) => at !== null)
  if (read.length < times.length) throw refusedAnswer(api.system, `a value of ${column} is no time with a zone`)
  return { at: read.length === 0 ? null : read.reduce((a, b) => Math.max(a, b)), rows: rows.length }
}
