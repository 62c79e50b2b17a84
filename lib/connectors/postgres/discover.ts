import type { Connection, Found } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { titleOf } from '#lib/connectors/kit/sql/table-asset.ts'
import { isValidZone } from '#lib/domain/time/zone.ts'
import {
  condition,
  type Draft,
  isWorthReading,
  type Proposed,
  proposeFor,
  toDraft,
  whereAllStopped,
  withValues,
} from './discovery/draft.ts'
import { type Relation, readInventory, readServer } from './discovery/inventory.ts'
import type { Proposal } from './discovery/propose-policy.ts'
import { readRhythm, rhythmStatement } from './discovery/rhythm.ts'
import { readSample, sampleStatement, type ValueZones } from './discovery/sample.ts'
import { type ProbeAnswer, type ProbeJob, probeAll } from './probe.ts'
import { isLineBroken, toStatementWords, toUnreachable } from './problems.ts'
import type { Session } from './session.ts'
import type { PostgresSettings } from './settings.ts'
import { formatTablePath } from './table-path.ts'

/** query_canceled: the statement timeout. */
const TOO_SLOW = '57014'

interface Surroundings {
  connection: Connection<PostgresSettings>
  lines: Lines<Session>
  session: Session
  values: ValueZones
  zone: string
}

function failedDraft(draft: Draft, error: unknown, { connection }: Surroundings): Draft {
  const words = isLineBroken(error) ? toUnreachable(error) : toStatementWords(error)
  connection.log.debug('a table could not be read for a proposal', { table: draft.relation.name, error: words.message })
  return { ...draft, failed: { words: words.publicMessage ?? '', tooSlow: words.message.startsWith(TOO_SLOW) } }
}

async function ask(
  around: Surroundings,
  drafts: readonly Draft[],
  statement: (draft: Draft) => string | null,
  take: (draft: Draft, answer: Extract<ProbeAnswer<number>, { ok: true }>) => Draft,
): Promise<Draft[]> {
  const asked = [...drafts]
  const jobs = drafts.flatMap((draft, at): ProbeJob<number>[] => {
    const text = statement(draft)
    return text === null ? [] : [{ job: at, text, heavy: draft.relation.kind === 'v' || draft.plan.sampled === true }]
  })
  for await (const answer of probeAll(around.connection, around.lines, around.session, jobs)) {
    const draft = drafts[answer.job]
    if (draft !== undefined) asked[answer.job] = answer.ok ? take(draft, answer) : failedDraft(draft, answer.error, around)
  }
  return asked
}

function readValues(around: Surroundings, drafts: readonly Draft[]): Promise<Draft[]> {
  const now = around.connection.clock.now()
  return ask(
    around,
    drafts,
    (draft) => (isWorthReading(draft) ? sampleStatement(draft.relation, draft.ranked, draft.plan) : null),
    (draft, { row }) => withValues(draft, readSample(row, draft.ranked, around.values, now)),
  )
}

function readRhythms(around: Surroundings, drafts: readonly Draft[]): Promise<Draft[]> {
  const now = around.connection.clock.now()
  return ask(
    around,
    drafts,
    ({ relation, choice, plan, values, notJudged }) => {
      const newest = choice === null ? null : values?.get(choice.column)
      if (choice === null || newest?.at == null || notJudged !== null || plan.once) return null
      return rhythmStatement(relation, choice, plan, newest, { values: newest.zone, page: around.zone })
    },
    (draft, { row }) => {
      if (draft.choice === null) return draft
      const { load, clock } = draft.choice
      const values = draft.values?.get(draft.choice.column)?.zone ?? 'UTC'
      const read = readRhythm(row.values[0] ?? null, draft.choice, { values, page: around.zone }, now)
      return { ...draft, rhythm: { ...read, load, happened: clock === 'dataThroughAt' } }
    },
  )
}

function toSettings(draft: Draft, said: string | undefined): Record<string, unknown> {
  const { choice, failed, values } = draft
  if (choice === null || failed?.tooSlow === true) return {}
  const where = condition(draft)
  const zone = values?.get(choice.column)?.zone ?? 'UTC'
  return {
    column: choice.column,
    ...(choice.clock === 'writtenAt' ? {} : { clock: choice.clock }),
    ...(zone === 'UTC' || zone === said ? {} : { zone }),
    ...(where === null ? {} : { where }),
  }
}

function toFound(draft: Draft, policy: Proposal, byOid: ReadonlyMap<number, Relation>, said: string | undefined): Found {
  const { relation } = draft
  return {
    path: formatTablePath(relation),
    kind: 'table',
    name: titleOf(relation.name),
    settings: toSettings(draft, said),
    upstream: relation.upstream.flatMap(({ oid, hint }) => {
      const target = byOid.get(oid)
      return target === undefined ? [] : [{ path: formatTablePath(target), hint }]
    }),
    policy,
    group: relation.schema,
    description: relation.comment,
    columns: relation.columns.map(({ name, shownType, comment }) => ({ name, type: shownType, description: comment })),
    isReadable: relation.readable,
  }
}

/** Proposes for every table and view a time column, its sources, and a promise that its own past has kept, with reasons. */
export async function* discover(connection: Connection<PostgresSettings>, lines: Lines<Session>, zone: string): AsyncGenerator<Found> {
  try {
    yield* lines.stream(connection.signal, (session) => proposeAll(connection, lines, session, zone))
  } catch (error) {
    throw toUnreachable(error)
  }
}

async function* proposeAll(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  zone: string,
): AsyncGenerator<Found> {
  const { version, zone: serverZone } = await readServer(session)
  const said = connection.settings.zone
  const around = { connection, lines, session, zone, values: { said, likely: [zone, serverZone].filter(isValidZone) } }
  const relations = await readInventory(session, connection.settings.schemas ?? null)
  const byOid = new Map(relations.map((r) => [r.oid, r]))
  const named = relations.map((relation) => toDraft(relation, byOid, version))
  const drafts = await readRhythms(around, await readValues(around, named))
  const proposals = whereAllStopped(asTheirSources(drafts.map((draft) => ({ draft, policy: proposeFor(draft) }))))
  for (const { draft, policy } of proposals) yield toFound(draft, policy, byOid, said)
}

function isUnread({ relation, plan, failed, rhythm, choice }: Draft): boolean {
  return relation.kind === 'v' && plan.once && failed === null && rhythm === null && choice !== null
}

function sourcesOf({ relation, choice }: Draft, byOid: ReadonlyMap<number, Proposed>): Proposed[] {
  const seen = new Set([relation.oid])
  const waiting = relation.upstream.filter(({ hint }) => hint === 'view').map(({ oid }) => oid)
  const sources: Proposed[] = []
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    const source = byOid.get(oid)
    if (source === undefined || seen.has(oid)) continue
    seen.add(oid)
    if (isUnread(source.draft)) waiting.push(...source.draft.relation.upstream.map((edge) => edge.oid))
    else if (source.draft.choice?.column === choice?.column) sources.push(source)
  }
  return sources
}

/** A view too large to read its past takes the promise of the one table whose time column it shows. */
function asTheirSources(proposed: readonly Proposed[]): Proposed[] {
  const byOid = new Map(proposed.map((one) => [one.draft.relation.oid, one]))
  return proposed.map((one) => {
    const [source, ...others] = isUnread(one.draft) ? sourcesOf(one.draft, byOid) : []
    if (source === undefined || others.length > 0) return one
    const { schema, name } = source.draft.relation
    const because = `As ${schema}.${name}, whose ${one.draft.choice?.column} it shows: ${source.policy.because}`
    return { draft: one.draft, policy: { input: source.policy.input, because } }
  })
}
