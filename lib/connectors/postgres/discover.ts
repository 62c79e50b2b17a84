import type { Connection, Found } from '#lib/connectors/connector.ts'
import { type ColumnChoice, chooseColumn } from './column-score.ts'
import { type Relation, readInventory } from './inventory.ts'
import { type ProbeJob, probeAll } from './probe.ts'
import { toUnreachable } from './problems.ts'
import { type Proposal, proposeFromRhythm, whyNotJudged } from './propose-policy.ts'
import { TYPE } from './read-instant.ts'
import { openSession, type Session } from './session.ts'
import type { PostgresSettings } from './settings.ts'
import { formatTablePath, quoteIdentifier, quoteTable } from './table-path.ts'

/** How many of a table's newest days with data are looked at; each costs one step in the index. */
const DAYS_SEEN = 30
/** Tables this small are read through even where no index leads with the column. */
const FEW_ROWS = 10_000
const TIMES: readonly number[] = [TYPE.timestamptz, TYPE.timestamp, TYPE.date]

interface Draft {
  relation: Relation
  choice: ColumnChoice | null
  notJudged: string | null
}

/** The newest days of the column, walking down its index: as days before now, newest first. Days after tomorrow are left out. */
function rhythmStatement({ relation, choice }: Draft): string {
  const [table, column] = [quoteTable(relation), quoteIdentifier(choice?.column ?? '')]
  return `
with recursive newest(v, n) as (
  select max(${column}), 1 from ${table} where ${column} < (now() + interval '1 day')
  union all
  select (select max(${column}) from ${table} where ${column} < date_trunc('day', newest.v)), n + 1
  from newest where newest.v is not null and n < ${DAYS_SEEN}
)
select string_agg(((now() at time zone 'UTC')::date - v::date)::text, ',' order by n) from newest where v > '-infinity'`
}

/** The rhythm of every table whose time column is indexed, or that is small; a table that does not answer is left to the default. */
async function readRhythms(
  connection: Connection<PostgresSettings>,
  session: Session,
  drafts: readonly Draft[],
): Promise<Map<number, number[]>> {
  const jobs: ProbeJob<Draft>[] = drafts
    .filter(({ relation, choice, notJudged }) => {
      if (notJudged !== null || choice === null || !TIMES.includes(choice.type)) return false
      return choice.indexed || (relation.kind === 'r' && relation.rows <= FEW_ROWS)
    })
    .map((draft) => ({ job: draft, text: rhythmStatement(draft), heavy: false }))
  const rhythms = new Map<number, number[]>()
  for await (const answer of probeAll(connection, session, jobs)) {
    if (!answer.ok) {
      connection.log.debug('a table did not tell its rhythm', {
        table: answer.job.relation.name,
        error: toUnreachable(answer.error).message,
      })
      continue
    }
    const text = answer.row.values[0] ?? ''
    rhythms.set(answer.job.relation.oid, text === '' ? [] : text.split(',').map(Number))
  }
  return rhythms
}

/** Reasons as full sentences: they are read above the proposed promise. */
function sentences(...reasons: string[]): string {
  return reasons.map((reason) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`).join(' ')
}

function propose({ relation, choice, notJudged }: Draft, daysAgo: number[] | undefined): Proposal {
  if (notJudged !== null) return { input: { kind: 'none' }, because: sentences(notJudged) }
  if (choice === null) {
    return {
      input: { kind: 'calendar-days' },
      because: sentences('no column tells a time; write counters will say when something changed, weakly: the default promise'),
    }
  }
  const why = `no index leads with ${choice.column}, so its past was not read: the default promise`
  const proposal = daysAgo === undefined ? { input: { kind: 'calendar-days' }, because: why } : proposeFromRhythm({ daysAgo })
  if (relation.kind === 'v' && daysAgo === undefined)
    proposal.because = 'a view has no index of its own, so its past was not read: the default promise'
  return { input: proposal.input, because: sentences(proposal.because, choice.because) }
}

function toSettings(choice: ColumnChoice | null): Record<string, unknown> {
  if (choice === null) return {}
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

function toFound(draft: Draft, byOid: ReadonlyMap<number, Relation>, daysAgo: number[] | undefined): Found {
  const { relation, choice } = draft
  return {
    path: formatTablePath(relation),
    kind: 'table',
    name: toName(relation.name),
    settings: toSettings(choice),
    upstream: relation.upstream.flatMap(({ oid, hint }) => {
      const target = byOid.get(oid)
      return target === undefined ? [] : [{ path: formatTablePath(target), hint }]
    }),
    policy: propose(draft, daysAgo),
    group: relation.schema,
  }
}

/** Proposes every table and view of a database nobody designed for Tidemark: its best time column, its sources, a promise with the reason. */
export async function* discover(connection: Connection<PostgresSettings>): AsyncGenerator<Found> {
  const session = await openSession(connection)
  try {
    const relations = await readInventory(session, connection.settings.schemas ?? null)
    const byOid = new Map(relations.map((r) => [r.oid, r]))
    const drafts = relations.map((relation): Draft => {
      const choice = relation.readable ? chooseColumn(relation.columns) : null
      return { relation, choice, notJudged: whyNotJudged(relation, choice !== null) }
    })
    const rhythms = await readRhythms(connection, session, drafts)
    for (const draft of drafts) yield toFound(draft, byOid, rhythms.get(draft.relation.oid))
  } catch (error) {
    throw toUnreachable(error)
  } finally {
    await session.close()
  }
}
