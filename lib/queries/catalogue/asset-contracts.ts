import type { Context } from '#lib/db/context.ts'
import {
  brokenInWords,
  type ContractTerms,
  driftAt,
  foundColumns,
  type LandedShape,
  type TermsVersion,
  termsAt,
  versionsThatHold,
} from '#lib/domain/contracts/contract-terms.ts'
import { rulesInWords } from '#lib/domain/contracts/entity-fields.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { type LevelView, levelViews } from '#lib/domain/contracts/level-promises.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import { type Coming, comingAfter, type InForce, versionsInForce } from '#lib/domain/contracts/versions-in-force.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** A stretch in which a contract was broken; `to` null: it still is. */
export interface BreakView {
  from: Instant
  to: Instant | null
  status: 'late' | 'stale'
  version: string
  words: string
}

/** Where a contract is read from, and since when that says nothing that can be used. */
export interface AddressView {
  url: string
  /** When it last said something that can be used, or the same as before; null: never yet. */
  goodAt: Instant | null
  /** null: none is known. */
  problem: { kind: 'silent' | 'bad'; words: string; since: Instant } | null
}

/** A promised field; `rules` is empty where it may be anything of its type. */
export interface FieldView {
  name: string
  type: string | null
  rules: string
  description: string | null
}

/** What a contract promises of an asset, whether it is kept, and what will change. */
export interface ContractView {
  id: number
  key: string
  asset: string
  onBreak: ContractTerms['onBreak']
  /** null: it stands in a file. */
  address: AddressView | null
  /** The version that holds; null: none does yet. */
  held: {
    name: string
    version: string
    owner: string | null
    consumers: readonly string[]
    fields: FieldView[]
    promised: readonly Field[]
    /** What it promises of time and use. */
    levels: readonly LevelView[]
    /** When it ends, and which version then takes its place; null: until further notice. */
    ends: { at: Instant; next: string | null } | null
    /** Its end of life and of support as its producer writes them. */
    until: Instant | null
    supportedUntil: Instant | null
  } | null
  /** All that held, hold or will, in that order. */
  versions: readonly TermsVersion[]
  /** null: nobody has told of columns yet. */
  seenAt: Instant | null
  /** It is about the records of files that land. */
  isOfFiles: boolean
  /** What the records of the last one hold; null: it is about no files, or none has landed. */
  records: readonly KnownColumn[] | null
  /** The last one that landed, where the reader may see it. */
  file: string | null
  broken: BreakView | null
  /** What differs and breaks nothing. */
  noted: string[]
  /** What begins or ends, the soonest first. */
  coming: Coming[]
  /** Versions that held before, the latest first. */
  earlier: { version: string; from: Instant | null; until: Instant }[]
  /** Breaks that are mended, the latest first. */
  mended: BreakView[]
}

interface Row {
  id: number
  key: string
  asset: string
  terms: ContractTerms
  columns: KnownColumn[] | null
  areInPart: boolean
  /** Of the file nothing, where the reader may not see it. */
  landed: (Pick<LandedShape, 'shape'> & Partial<LandedShape>) | null
  seenAt: Instant | null
  goodAt: Instant | null
  problem: AddressView['problem']
  breaks: (BreakView & { file: string | null })[]
}

const MENDED_SHOWN = 5

const CONTRACTS = `
  select c.asset_id as id, s.key, s.name as asset, c.terms, h.columns, coalesce(h.columns_in_part, false) as "areInPart", h.landed, ${instant('h.seen_at')} as "seenAt",
    ${instant('x.good_at')} as "goodAt",
    case when x.problem is not null then jsonb_build_object('kind', x.problem_kind, 'words', x.problem, 'since', ${instant('x.problem_at')}) end as problem,
    coalesce((
      select jsonb_agg(jsonb_build_object('from', ${instant('b.from_at')}, 'to', ${instant('b.to_at')}, 'status', b.status, 'version', b.version, 'words', b.words, 'file', b.file)
        order by b.from_at desc)
      from (select * from contract_break b where b.asset_id = c.asset_id order by b.from_at desc limit ${MENDED_SHOWN + 1}) b), '[]') as breaks
  from asset_contract c join subject s on s.id = c.asset_id
  left join contract_address x on x.url = c.terms ->> 'address'
  left join lateral (select * from asset_shape h where h.asset_id = c.asset_id order by h.seen_at desc limit 1) h on true
  where c.asset_id = any($1::int[]) order by s.position, s.key`

/** The contracts about these assets, as whoever asks may see them. */
export async function getAssetContracts(ctx: Context, ids: readonly number[]): Promise<ContractView[]> {
  const now = ctx.clock.now()
  const { rows } = await ctx.pool.query<Row>(CONTRACTS, [ids])
  return rows.map((row) => toView(row, now))
}

function toField(field: Field): FieldView {
  const { name, typeText, description } = field
  return { name, type: typeText, rules: rulesInWords(field), description }
}

function toView(
  { id, key, asset, terms, columns, areInPart, landed, seenAt, goodAt, problem, breaks: stored }: Row,
  now: Instant,
): ContractView {
  const breaks = stored.map(({ file, ...one }) => ({ ...one, words: brokenInWords({ words: one.words, file }) }))
  const held = termsAt(terms, now)
  const inForce = versionsInForce(terms)
  const drift = columns === null ? [] : driftAt(terms, landed ?? foundColumns(columns, areInPart), now)
  return {
    id,
    key,
    asset,
    versions: versionsThatHold(terms),
    onBreak: terms.onBreak,
    address: terms.address === undefined ? null : { url: terms.address, goodAt, problem },
    held: held && {
      name: held.name,
      version: held.version,
      owner: held.owner,
      consumers: held.consumers,
      fields: flatFields(held.fields).map(toField),
      promised: held.fields,
      levels: levelViews(held.levels ?? [], terms.judges === true),
      ends: endOf(inForce.find(({ version }) => version === held)),
      until: held.until ?? null,
      supportedUntil: held.supportedUntil ?? null,
    },
    seenAt: terms.ofFiles === true && landed === null ? null : seenAt,
    isOfFiles: terms.ofFiles === true,
    records: terms.ofFiles === true && landed !== null ? columns : null,
    file: landed?.file ?? null,
    broken: breaks.find(({ to }) => to === null) ?? null,
    noted: drift.filter(({ weight }) => weight === 'noted').map(({ words }) => words),
    coming: comingAfter(terms, now),
    earlier: inForce
      .flatMap(({ version: { version }, from, until }) => (until !== null && until <= now ? [{ version, from, until }] : []))
      .reverse(),
    mended: breaks.filter(({ to }) => to !== null).slice(0, MENDED_SHOWN),
  }
}

function endOf(held: InForce | undefined): NonNullable<ContractView['held']>['ends'] {
  return held?.until == null ? null : { at: held.until, next: held.next }
}
