import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { compareFields, compareInPart, type Difference } from './compare-fields.ts'
import { compareShape } from './compare-shape.ts'
import type { Field } from './field.ts'
import { fieldsOfColumns } from './nested-fields.ts'
import type { ServiceLevel } from './service-levels.ts'
import type { Shape } from './shape.ts'

/** One version of what is promised of an asset. */
export interface TermsVersion {
  /** Of the contract. */
  id: string
  name: string
  version: string
  status: string
  /** From when on it holds; null: since ever. */
  from: Instant | null
  owner: string | null
  consumers: readonly string[]
  description: string | null
  /** Until when it holds, and until when it is supported; absent: nobody says. */
  until?: Instant
  supportedUntil?: Instant
  /** Its service levels; absent: it has none. */
  levels?: readonly ServiceLevel[]
  fields: readonly Field[]
  /** Those within others, by their paths; absent: none is. */
  nested?: readonly Pick<Field, 'name' | 'description' | 'classification' | 'tags'>[]
}

/** What is promised of the shape of an asset, and what a break of it comes to. */
export interface ContractTerms {
  onBreak: 'stop' | 'warn'
  versions: readonly TermsVersion[]
  /** It is about the records of files that land, not about the columns of the table that keeps them. */
  ofFiles?: true
  /** Where it is read from; without a version it has never been read. */
  address?: string
  /** Its service levels are what is promised of the asset: the catalogue says nothing itself. */
  judges?: true
  /** The entity that the catalogue names. */
  entity?: string
}

/** A file that landed, and what its records look like. */
export interface LandedShape {
  file: string
  /** The connection it was opened through. */
  source: string
  shape: Shape
}

/** Fields as somebody tells of them who may not know all that are there. */
interface InPart {
  inPart: readonly Field[]
}

/** What is there: fields as somebody tells of them, or the records of a file. */
export type Found = readonly Field[] | InPart | LandedShape

/** Columns as fields that are there; `areInPart`: there may be others. */
export function foundColumns(columns: readonly KnownColumn[], areInPart: boolean): readonly Field[] | InPart {
  const fields = fieldsOfColumns(columns)
  return areInPart ? { inPart: fields } : fields
}

/** What was seen when all columns were, with the types that whoever knows a part of them tells since: what was gone is not there until all are seen again. */
export function sinceSeenWhole(whole: readonly KnownColumn[], part: readonly KnownColumn[]): KnownColumn[] {
  const told = new Map(part.map((column) => [column.name.toLowerCase(), column]))
  return whole.map((column) => ({ ...column, type: told.get(column.name.toLowerCase())?.type || column.type }))
}

/** What breaks a contract at an instant, and what that makes of the asset. */
export interface Broken {
  status: 'late' | 'stale'
  version: string
  /** Half sentences, joined, with whose promise it is to whom; nothing of the file, which not everybody may see who sees the asset. */
  words: string
  file: string | null
  source: string | null
}

/** A version that will hold, with what will be otherwise than in the one before it. */
export interface Announced {
  version: TermsVersion
  from: Instant
  differences: Difference[]
}

/** What a version is called that never holds. */
export const NOT_IN_FORCE: ReadonlySet<string> = new Set(['draft', 'retired'])

/** When another version begins to hold after an instant, or one ends; null: none is announced. */
export function nextTermsAt(terms: ContractTerms, at: Instant): Instant | null {
  const ends = versionsThatHold(terms).flatMap(({ until }) => (until !== undefined && until > at ? [until] : []))
  // One that never holds ends the one before it all the same.
  const begins = versionsThatHold(terms).flatMap(({ from }) => (from !== null && from > at ? [from] : []))
  return ends.length + begins.length === 0 ? null : Math.min(...ends, ...begins)
}

/** When what a contract promises of time may become another; null: it promises nothing of it, or stays as it is. */
export function nextLevelsAt(terms: ContractTerms, at: Instant): Instant | null {
  return terms.versions.some(({ levels = [] }) => levels.length > 0) ? nextTermsAt(terms, at) : null
}

/** Versions that hold at some time, in the order in which they do. */
export function versionsThatHold({ versions }: Pick<ContractTerms, 'versions'>): TermsVersion[] {
  const held = versions.filter(({ status, from }) => !NOT_IN_FORCE.has(status) && (status !== 'proposed' || from !== null))
  return held.sort((a, b) => (a.from ?? Number.NEGATIVE_INFINITY) - (b.from ?? Number.NEGATIVE_INFINITY))
}

/** The version that holds at an instant; null: none does yet, or the last one has ended. */
export function termsAt(terms: Pick<ContractTerms, 'versions'>, at: Instant): TermsVersion | null {
  const last = versionsThatHold(terms).findLast(({ from }) => from === null || from <= at)
  return last === undefined || (last.until !== undefined && last.until <= at) ? null : last
}

/** It ends before it begins: from then on none holds. */
export function hasEndedBefore({ from, until }: TermsVersion): boolean {
  return until !== undefined && from !== null && until <= from
}

/** What is promised to change after an instant, in order; nothing of a version that never holds, which is one that ends before it begins, or with which another begins. */
export function announcedAfter(terms: Pick<ContractTerms, 'versions'>, at: Instant): Announced[] {
  let before = termsAt(terms, at)
  return versionsThatHold(terms).flatMap((version, place, all) => {
    const holds = !hasEndedBefore(version) && all[place + 1]?.from !== version.from
    if (version.from === null || version.from <= at || !holds) return []
    const differences = compareFields(before?.fields ?? version.fields, version.fields, 'coming')
    before = version
    return [{ version, from: version.from, differences }]
  })
}

/** How what is there differs from what is promised at an instant; what is described otherwise is none of it. */
export function driftAt(terms: ContractTerms, found: readonly Field[] | InPart | Pick<LandedShape, 'shape'>, at: Instant): Difference[] {
  const version = termsAt(terms, at)
  if (version === null) return []
  return differencesOf(version.fields, found).filter(({ kind }) => kind !== 'description')
}

/** How what is there differs from what is promised, whatever it is known by. */
export function differencesOf(promised: readonly Field[], found: readonly Field[] | InPart | Pick<LandedShape, 'shape'>): Difference[] {
  if ('shape' in found) return compareShape(promised, found.shape)
  return 'inPart' in found ? compareInPart(promised, found.inPart) : compareFields(promised, found)
}

/** Whether what is there breaks what is promised at an instant, and how badly; null: it does not. */
export function brokenAt(terms: ContractTerms, found: Found, at: Instant): Broken | null {
  const version = termsAt(terms, at)
  const told = driftAt(terms, found, at).filter(({ weight }) => weight !== 'noted')
  if (version === null || told.length === 0) return null
  const isStop = terms.onBreak === 'stop' && told.some(({ weight }) => weight === 'breaks')
  const { file, source } = 'file' in found ? found : { file: null, source: null }
  const words = `${inWords(told)}${peopleInWords(version)}`
  return { status: isStop ? 'stale' : 'late', version: version.version, words, file, source }
}

const FILE_CHARACTERS_MAX = 200

/** What breaks a contract, with the file in which it does where that is known. */
export function brokenInWords({ words, file }: { words: string; file: string | null }): string {
  return file === null ? words : `in the file ${shortText(toShownText(file), FILE_CHARACTERS_MAX)}, ${words}`
}

/** Who promises it and who reads it, in brackets and each in quotes, by which `tidemark_audience.seen_people` knows whom to leave out; empty where that is nobody. */
function peopleInWords({ owner, consumers }: TermsVersion): string {
  const besides = [
    ...(owner === null ? [] : [`promised by ${quoted(owner)}`]),
    ...(consumers.length === 0 ? [] : [`read by ${listInWords(consumers.map(quoted))}`]),
  ]
  return besides.length === 0 ? '' : ` (${besides.join('; ')})`
}

const quoted = (name: string) => `"${name.replaceAll('"', "'")}"`

const TOLD_MAX = 5

function inWords(differences: readonly Difference[]): string {
  const worstFirst = [...differences].sort((a, b) => Number(a.weight !== 'breaks') - Number(b.weight !== 'breaks'))
  const shown = worstFirst.slice(0, TOLD_MAX).map(({ words }) => words)
  const more = differences.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
