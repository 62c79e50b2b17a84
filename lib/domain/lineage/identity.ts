import { connectionOf, pathOf } from './asset-key.ts'

/** How a system reads a name that stands without quotes: PostgreSQL in small letters, Snowflake in capitals; `ignore`: large and small are the same to it. */
export const LETTER_CASES = ['lower', 'upper', 'exact', 'ignore'] as const
export type LetterCase = (typeof LETTER_CASES)[number]

/** What others call the tables of a connection. */
export interface Identity {
  /** What they write before a path: the database. */
  names: readonly string[]
  /** What they may leave out at the beginning of a path, where they name the system: the schema that is meant without one. */
  omits: readonly string[]
  /** What they call the system itself: an OpenLineage namespace, a connection of a BI tool. */
  namespaces: readonly string[]
  case: LetterCase
}

/** A table as somebody else calls it: `database.schema.table`, quoted or not, and less of it where that is enough. */
export interface OutsideName {
  name: string
  namespace?: string | null | undefined
}

/** The one asset that is meant; null when none is, or when several may be: then `ambiguous` says which, in words. */
export interface Resolution {
  key: string | null
  ambiguous: string | null
}

interface Part {
  text: string
  isQuoted: boolean
}

const PART = /"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^."`[\]]+)/y

/** The parts of a dotted name, as quoted by PostgreSQL, BigQuery or SQL Server; null: not a name. */
function partsOf(name: string): Part[] | null {
  const parts: Part[] = []
  const text = name.trim()
  for (let at = 0; ; at += 1) {
    PART.lastIndex = at
    const match = PART.exec(text)
    if (match === null) return null
    const [, quoted, ticked, bracketed, bare] = match
    // Between backticks BigQuery writes a whole name, dots and all.
    if (ticked !== undefined) parts.push(...ticked.split('.').map((part) => ({ text: part, isQuoted: true })))
    else if (bare !== undefined) parts.push({ text: bare.trim(), isQuoted: false })
    else parts.push({ text: quoted?.replaceAll('""', '"') ?? bracketed ?? '', isQuoted: true })
    at = PART.lastIndex
    if (at === text.length) return parts.some((part) => part.text === '') ? null : parts
    if (text[at] !== '.') return null
  }
}

/** True for a name of one or more parts, as it may stand in `identity`. */
export function isDottedName(text: string): boolean {
  return partsOf(text) !== null
}

function fold({ text, isQuoted }: Part, letterCase: LetterCase): string {
  if (letterCase === 'ignore' || (letterCase === 'lower' && !isQuoted)) return text.toLowerCase()
  return letterCase === 'upper' && !isQuoted ? text.toUpperCase() : text
}

/** An asset's path says the name itself, save where a system that reads capitals is told it without quotes. */
function pathFold(part: Part, letterCase: LetterCase): string {
  return letterCase === 'lower' ? part.text : fold(part, letterCase)
}

const lookupKey = (parts: readonly string[]) => JSON.stringify(parts)

/** SQL folds a name without quotes; a catalogue of names (OpenLineage) tells it as it is. Which of the two somebody means, their text does not say. */
function readingsOf(parts: readonly Part[], letterCase: LetterCase): Set<string> {
  const asItIs = letterCase === 'ignore' ? [] : [lookupKey(parts.map(({ text }) => text))]
  return new Set([...asItIs, lookupKey(parts.map((part) => fold(part, letterCase)))])
}

const SCHEMES: Readonly<Record<string, string>> = { postgresql: 'postgres' }
const PORTS: Readonly<Record<string, string>> = { postgres: ':5432' }

/** A namespace in the one form in which two are compared: without user, with its port, in small letters as far as they mean nothing. */
export function toNamespace(text: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?([^/?#]*)([^?#]*)/i.exec(text.trim())
  if (match === null) return text.trim().toLowerCase()
  const [, written = '', authority = '', path = ''] = match
  const scheme = SCHEMES[written.toLowerCase()] ?? written.toLowerCase()
  const port = /:\d+$/.test(authority) || authority === '' ? '' : (PORTS[scheme] ?? '')
  return `${scheme}://${authority.toLowerCase()}${port}${path.replace(/\/+$/, '')}`
}

type KeysByName = ReadonlyMap<string, ReadonlySet<string>>

interface Known {
  namespaces: ReadonlySet<string>
  case: LetterCase
  /** By the path, with more and more of the database before it. */
  byName: KeysByName
  /** By the path without what may be left out: too little to go by unless the system is named. */
  byShortName: KeysByName
}

/** What is called how; built once for many names. */
export type IdentityIndex = readonly Known[]

function toKeysByName(named: readonly { name: readonly string[]; key: string }[]): KeysByName {
  const grouped = Map.groupBy(named, ({ name }) => lookupKey(name))
  return new Map([...grouped].map(([name, group]) => [name, new Set(group.map(({ key }) => key))]))
}

function indexOne(identity: Identity, assets: readonly { key: string; path: string }[]): Known {
  const read = (name: string) => partsOf(name)?.map((part) => pathFold(part, identity.case)) ?? [name]
  const names = identity.names.map(read)
  const omits = identity.omits.map(read)
  // A path of one part stands in what may be left out, too.
  const [omitted = []] = omits.toSorted((a, b) => b.length - a.length)
  const paths = assets
    .map(({ key, path }) => ({ key, path: read(path) }))
    .map(({ key, path }) => ({ key, path: path.length === 1 ? [...omitted, ...path] : path }))
  const whole = paths.flatMap(({ key, path }) =>
    [path, ...names.flatMap((name) => name.map((_, i) => [...name.slice(i), ...path]))].map((name) => ({ name, key })),
  )
  const short = paths.flatMap(({ key, path }) =>
    omits
      .filter((left) => left.length < path.length && left.every((part, i) => part === path[i]))
      .map((left) => ({ name: path.slice(left.length), key })),
  )
  const namespaces = new Set(identity.namespaces.map(toNamespace))
  return { namespaces, case: identity.case, byName: toKeysByName(whole), byShortName: toKeysByName(short) }
}

/** Makes ready to look up the assets (by their keys) of the connections that have an identity. */
export function indexIdentities(identities: ReadonlyMap<string, Identity>, assetKeys: readonly string[]): IdentityIndex {
  const assets = assetKeys.map((key) => ({ key, path: pathOf(key) }))
  const byConnection = Map.groupBy(assets, ({ key }) => connectionOf(key))
  return [...identities].map(([connection, identity]) => indexOne(identity, byConnection.get(connection) ?? []))
}

const NAMED_MAX = 5

function ambiguity({ name, namespace }: OutsideName, keys: readonly string[]): string {
  const shown = keys.slice(0, NAMED_MAX).join(', ')
  const more = keys.length > NAMED_MAX ? `, or ${keys.length - NAMED_MAX} others` : ''
  const where = namespace ? ` of ${toNamespace(namespace)}` : ''
  return `"${name}"${where} may be each of ${shown}${more}. Say in "identity" of their connections which names are theirs.`
}

function keysIn(known: Known, parts: readonly Part[], isSystemNamed: boolean): string[] {
  const among = isSystemNamed ? [known.byName, known.byShortName] : [known.byName]
  return [...readingsOf(parts, known.case)].flatMap((reading) => among.flatMap((keys) => [...(keys.get(reading) ?? [])]))
}

/** The asset that somebody else's name means: exactly one, or none. It is never guessed which of several. */
export function resolveIdentity(outside: OutsideName, index: IdentityIndex): Resolution {
  const parts = partsOf(outside.name)
  if (parts === null) return { key: null, ambiguous: null }
  const namespace = outside.namespace ? toNamespace(outside.namespace) : null
  const asked = namespace === null ? index : index.filter(({ namespaces }) => namespaces.has(namespace))
  const found = [...new Set(asked.flatMap((known) => keysIn(known, parts, namespace !== null)))].sort()
  if (found.length > 1) return { key: null, ambiguous: ambiguity(outside, found) }
  return { key: found[0] ?? null, ambiguous: null }
}

/** What somebody says of an identity: all of it, or some. */
export type PartialIdentity = { [K in keyof Identity]?: Identity[K] | undefined }

/** The identity of a connection: what is written for it, else what its connector can tell; null when nobody says anything. */
export function toIdentity(written: PartialIdentity | null, own: PartialIdentity | null): Identity | null {
  if (written === null && own === null) return null
  return {
    names: written?.names ?? own?.names ?? [],
    omits: written?.omits ?? own?.omits ?? [],
    namespaces: written?.namespaces ?? own?.namespaces ?? [],
    case: written?.case ?? own?.case ?? 'exact',
  }
}
