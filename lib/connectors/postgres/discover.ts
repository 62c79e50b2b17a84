import type { Connection, Found } from '#lib/connectors/connector.ts'
import { type Draft, isWorthReading, proposeFor, toDraft, withValues } from './draft.ts'
import { firstLookStatement, readFirstLook } from './first-look.ts'
import { type Relation, readInventory, readVersion } from './inventory.ts'
import { type ProbeAnswer, type ProbeJob, probeAll } from './probe.ts'
import { isLineBroken, toStatementWords, toUnreachable } from './problems.ts'
import type { Proposal } from './propose-policy.ts'
import { readRhythm, rhythmStatement } from './rhythm.ts'
import { openSession, type Session } from './session.ts'
import type { PostgresSettings } from './settings.ts'
import { formatTablePath } from './table-path.ts'
import { whereAllStopped } from './whole-copy.ts'

/** A statement that was broken off for taking too long. */
const TOO_SLOW = '57014'

interface Surroundings {
  connection: Connection<PostgresSettings>
  session: Session
  /** What values without a zone mean, and whose days are counted. */
  zones: { values: string; page: string }
}

function failedDraft(draft: Draft, error: unknown, { connection }: Surroundings): Draft {
  const words = isLineBroken(error) ? toUnreachable(error) : toStatementWords(error)
  connection.log.debug('a table could not be read for a proposal', { table: draft.relation.name, error: words.message })
  return { ...draft, failed: { words: words.publicMessage ?? '', tooSlow: words.message.startsWith(TOO_SLOW) } }
}

/** Asks every draft its statement; those without one stay as they are, in their order. */
async function ask(
  around: Surroundings,
  drafts: readonly Draft[],
  statement: (draft: Draft) => string | null,
  take: (draft: Draft, answer: Extract<ProbeAnswer<number>, { ok: true }>) => Draft,
): Promise<Draft[]> {
  const asked = [...drafts]
  const jobs = drafts.flatMap((draft, at): ProbeJob<number>[] => {
    const text = statement(draft)
    return text === null ? [] : [{ job: at, text, heavy: draft.relation.kind === 'v' || draft.plan?.sampled === true }]
  })
  for await (const answer of probeAll(around.connection, around.session, jobs)) {
    const draft = drafts[answer.job]
    if (draft !== undefined) asked[answer.job] = answer.ok ? take(draft, answer) : failedDraft(draft, answer.error, around)
  }
  return asked
}

/** The newest values of the columns that may tell: a name alone can lie. */
function readValues(around: Surroundings, drafts: readonly Draft[]): Promise<Draft[]> {
  const now = around.connection.clock.now()
  return ask(
    around,
    drafts,
    (draft) => (isWorthReading(draft) ? firstLookStatement(draft.relation, draft.ranked, draft.plan) : null),
    (draft, { row }) => withValues(draft, readFirstLook(row, draft.ranked, around.zones.values, now)),
  )
}

/** On which days there was something new, of every draft that has a column. */
function readRhythms(around: Surroundings, drafts: readonly Draft[]): Promise<Draft[]> {
  const now = around.connection.clock.now()
  return ask(
    around,
    drafts,
    ({ relation, choice, plan, values, notJudged }) => {
      const newest = choice === null ? null : values?.get(choice.column)
      if (choice === null || newest?.at == null || notJudged !== null) return null
      return rhythmStatement(relation, choice, plan, newest)
    },
    (draft, { row }) => {
      if (draft.choice === null) return draft
      const { load, clock } = draft.choice
      const read = readRhythm(row.values[0] ?? null, draft.choice, around.zones, now)
      return { ...draft, rhythm: { ...read, load, happened: clock === 'dataThroughAt' } }
    },
  )
}

function toSettings({ choice, failed }: Draft): Record<string, unknown> {
  if (choice === null || failed?.tooSlow === true) return {}
  return choice.clock === 'writtenAt' ? { column: choice.column } : { column: choice.column, clock: choice.clock }
}

function toName(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\s]+/g, ' ')
    .trim()
    .toLowerCase()
  return words === '' ? name : `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

function toFound(draft: Draft, policy: Proposal, byOid: ReadonlyMap<number, Relation>): Found {
  const { relation } = draft
  return {
    path: formatTablePath(relation),
    kind: 'table',
    name: toName(relation.name),
    settings: toSettings(draft),
    upstream: relation.upstream.flatMap(({ oid, hint }) => {
      const target = byOid.get(oid)
      return target === undefined ? [] : [{ path: formatTablePath(target), hint }]
    }),
    policy,
    group: relation.schema,
    isReadable: relation.readable,
  }
}

/**
 * Proposes every table and view of a database nobody designed for Tidemark: its best time column, its sources, a promise that its
 * own past has kept, with the reason. Days are those of `zone`.
 */
export async function* discover(connection: Connection<PostgresSettings>, zone = 'UTC'): AsyncGenerator<Found> {
  const session = await openSession(connection)
  try {
    const around = { connection, session, zones: { values: connection.settings.zone ?? 'UTC', page: zone } }
    const version = await readVersion(session)
    const relations = await readInventory(session, connection.settings.schemas ?? null)
    const byOid = new Map(relations.map((r) => [r.oid, r]))
    const named = relations.map((relation) => toDraft(relation, byOid, version))
    const drafts = await readRhythms(around, await readValues(around, named))
    const proposals = whereAllStopped(drafts.map((draft) => ({ draft, policy: proposeFor(draft) })))
    for (const { draft, policy } of proposals) yield toFound(draft, policy, byOid)
  } catch (error) {
    throw toUnreachable(error)
  } finally {
    await session.close()
  }
}
