import type { TextRow } from '#lib/connectors/postgres/session.ts'
import { quoteTable, type TablePath } from '#lib/connectors/postgres/table-path.ts'
import type { TableState } from './metadata.ts'
import type { ProbeState, RowsSeen } from './probe-state.ts'

const MOST_BYTES = 64 * 1024 * 1024
/** Of more writers the snapshot alone must tell. */
const MOST_WRITERS = 100
/** Transaction ids compare only over half their circle; older ones are frozen. */
const MOST_AGE = 2_147_483_646

export interface RowsProbe {
  /** The table is small enough to be read. */
  isWithin: boolean
  /** It has rows; null: not found out. */
  filled: boolean | null
  /** Rows are visible that were not at the probe before; null: not found out. */
  isNew: boolean | null
  seen: RowsSeen | null
}

interface Snapshot {
  lowest: bigint
  highest: bigint
  running: string[]
}

function parseSnapshot(text: string): Snapshot {
  const [lowest = '0', highest = '0', running = ''] = text.split(':')
  return { lowest: BigInt(lowest), highest: BigInt(highest), running: running === '' ? [] : running.split(',') }
}

function short(id: string): string {
  return (BigInt(id) % 4_294_967_296n).toString()
}

/** SQL: how many ids lie between the next transaction and the first of `since`, as far as ids can be compared. */
export function ageSince(next: string, since: bigint): string {
  return `least(${next} - ${since}, ${MOST_AGE})::int`
}

const idArray = (ids: readonly string[]) => `'{${ids.join(',')}}'`

/** SQL: the row's writer was not visible to the probe before. Subtransactions are in no snapshot, but neither among the writers seen. */
function isNewRow({ snapshot, writers }: RowsSeen): string {
  const { lowest, highest, running } = parseSnapshot(snapshot)
  const after = `age(xmin) between 0 and ${ageSince('next', highest)}`
  if (lowest === highest) return after
  const unseen = writers === null ? `= any(${idArray(running.map(short))})` : `<> all(${idArray(writers)})`
  return `age(xmin) between 0 and ${ageSince('next', lowest)} and (${after} or xmin::text ${unseen})`
}

/** SQL: partitions attached since; their rows were not visible in the table, whoever wrote them when. */
function attachedSince(relid: number, { snapshot }: RowsSeen): string {
  const { highest, running } = parseSnapshot(snapshot)
  return `array(with recursive family(oid, attached) as (
    select ${relid}::oid, false union all
    select h.inhrelid, f.attached or age(h.xmin) between 0 and ${ageSince('next', highest)} or h.xmin::text = any(${idArray(running.map(short))})
    from family f join pg_inherits h on h.inhparent = f.oid
  ) select oid from family where attached)`
}

function sizeOf(relid: number, hasChildren: boolean): string {
  if (!hasChildren) return `pg_relation_size(${relid}::oid)`
  return `(with recursive family(oid) as (
    select ${relid}::oid union all select h.inhrelid from family f join pg_inherits h on h.inhparent = f.oid
  ) select sum(pg_relation_size(oid)) from family)`
}

/** One statement of one snapshot: whether there are rows, whether some became visible since `before`, and what the next probe must know. */
export function rowsStatement(path: TablePath, table: TableState, before: RowsSeen | null): string {
  const name = quoteTable(path)
  const { relid, hasChildren, liveRows } = table
  const isNew = before === null ? 'false' : isNewRow(before)
  const found = before === null || !hasChildren ? isNew : `(${isNew}) or tableoid = any(${attachedSince(relid, before)})`
  return `with now as materialized (
    select s.snapshot, s.lowest, s.highest, s.highest + age((s.highest % 4294967296)::text::xid) as next, s.bytes <= ${MOST_BYTES} as is_within
    from (select pg_current_snapshot()::text as snapshot, pg_snapshot_xmin(pg_current_snapshot())::text::int8 as lowest,
      pg_snapshot_xmax(pg_current_snapshot())::text::int8 as highest, ${sizeOf(relid, hasChildren)} as bytes) s
  )
  select snapshot, is_within,
    case when is_within or ${liveRows} = 0 then exists (select from ${name}) end,
    case when is_within then exists (select from ${name} where ${found}) end,
    case when is_within then (select coalesce(string_agg(writer, ','), '') from (
      select distinct xmin::text as writer from ${name} where lowest < highest and age(xmin) between 0 and least(next - lowest, ${MOST_AGE})::int
      limit ${MOST_WRITERS + 1}) w) end
  from now`
}

/** The answer of `rowsStatement`. A snapshot of another timeline, or from ahead of this one, proves nothing. */
export function readRowsAnswer({ values }: TextRow, before: RowsSeen | null, origin: string | null): RowsProbe {
  const [snapshot, within, filled, found, writers] = values
  const isWithin = within === 't'
  const tell = (value: string | null | undefined) => (value == null ? null : value === 't')
  const now = parseSnapshot(snapshot ?? '')
  const isSameLine = before !== null && before.origin === origin && parseSnapshot(before.snapshot).highest <= now.highest
  const list = writers == null || writers === '' ? [] : writers.split(',')
  return {
    isWithin,
    filled: tell(filled),
    isNew: isSameLine ? tell(found) : null,
    seen: isWithin ? { snapshot: snapshot ?? '', writers: list.length > MOST_WRITERS ? null : list, origin, filled: filled === 't' } : null,
  }
}

/** Why the rows of a table cannot be asked who wrote them; null: they can. */
export function whyNotAsked(table: TableState): string | null {
  if (table.rowSecurity) return 'row security hides rows from this account'
  if (!table.wholeReadable) return 'the account may read only some of its columns; GRANT SELECT on the whole table lets us ask its rows'
  if (!table.isHeap) return 'not all of it is stored in the way that tells who wrote a row'
  return null
}

export function seenBefore(previous: ProbeState | null, about: string): RowsSeen | null {
  return previous?.about === about ? (previous.rowsSeen ?? null) : null
}
