import { isSecretName } from '#lib/domain/connections/secret-name.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import type { Log } from '#lib/platform/log.ts'
import { HIDDEN, hideForeignCredentials } from './hide-credentials.ts'

/** Hiding shorter values would garble the text: they stand inside ordinary words. */
const HIDDEN_LENGTH_MIN = 4
const KEY_LINE_LENGTH_MIN = 16
/** Shorter values match by chance where blanks are left out. */
const BROKEN_LENGTH_MIN = 8
/** What breaks a word without ending it: blanks and line ends, also escaped, and zero-width characters. */
const BREAK = /^(?:=\r?\n|\\[nrt]|[\s\u00ad\u200b-\u200d\u2060\ufeff])/

/** So many texts are kept that were looked through. */
const KEPT_MAX = 1000

export type Redact = (text: string) => string

export interface KnownSecrets {
  secrets: readonly string[]
  users: readonly string[]
}

/** Removes these secrets from a text, however they are spelt in it, whatever else looks like a credential, and what a terminal would obey. */
export function redactorFor({ secrets, users }: KnownSecrets): Redact {
  const plain = secrets.flatMap(partsOf)
  const pairs = plain.flatMap((secret) => users.map((user) => inBase64(`${user}:${secret}`)))
  const hidden = [...new Set([...plain.flatMap(spellings), ...pairs.flat()])]
    .filter((value) => value.length >= HIDDEN_LENGTH_MIN)
    .sort((a, b) => b.length - a.length)
  const broken = [...new Set(hidden.map((value) => withoutBreaks(value).text))].filter((value) => value.length >= BROKEN_LENGTH_MIN)
  return (text) => {
    const rest = hidden.reduce((left, value) => left.replaceAll(value, HIDDEN), text)
    return toShownText(hideForeignCredentials(hideBroken(rest, broken)))
  }
}

/** Does the same, and looks through what it has seen before only once, as far as it keeps that: for looks that say the same of thousands of things. */
export function remembering(redact: Redact): Redact {
  const known = new Map<string, string>()
  return (text) => {
    const clean = known.get(text) ?? redact(text)
    if (known.size < KEPT_MAX) known.set(text, clean)
    return clean
  }
}

function hideBroken(text: string, values: readonly string[]): string {
  const { text: whole, places } = withoutBreaks(text)
  if (whole.length === text.length) return text
  const taken = new Set<number>()
  for (const value of values)
    for (const at of placesOf(value, whole))
      for (let place = places[at] ?? 0; place <= (places[at + value.length - 1] ?? -1); place += 1) taken.add(place)
  return taken.size === 0 ? text : Array.from({ length: text.length }, (_, at) => shown(text, at, taken)).join('')
}

function shown(text: string, at: number, taken: ReadonlySet<number>): string {
  if (!taken.has(at)) return text[at] ?? ''
  return taken.has(at - 1) ? '' : HIDDEN
}

function* placesOf(value: string, text: string): Generator<number> {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) yield at
}

function withoutBreaks(text: string): { text: string; places: number[] } {
  const kept: string[] = []
  const places: number[] = []
  for (let at = 0; at < text.length; ) {
    const length = BREAK.exec(text.slice(at, at + 3))?.[0].length ?? 0
    if (length === 0) {
      kept.push(text[at] ?? '')
      places.push(at)
    }
    at += Math.max(1, length)
  }
  return { text: kept.join(''), places }
}

function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= KEY_LINE_LENGTH_MIN)
  return [secret, secret.trim(), ...secretsInAddress(secret), ...lines]
}

export function secretsInAddress(text: string): string[] {
  if (!URL.canParse(text)) return []
  const { password, searchParams } = new URL(text)
  const tokens = [...searchParams].flatMap(([name, value]) => (isSecretName(name) || /^(sig|signature|key)$/i.test(name) ? [value] : []))
  return [password, decoded(password), ...tokens].filter((part) => part !== '')
}

function spellings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const inUrl = encodeURIComponent(text)
  const bytes = [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0'))
  return [
    text,
    inUrl,
    encodeURIComponent(inUrl),
    ...[bytes, bytes.map((byte) => byte.toUpperCase())].flatMap((each) => [each.join(''), each.map((byte) => `%${byte}`).join('')]),
    inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    inUrl.replaceAll('%20', '+'),
    encodeURI(text),
    new URLSearchParams({ '': text }).toString().slice(1),
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    json.replace(/[^\x20-\x7e]/g, inUnicode),
    json.replace(/[^\x20-\x7e]|[<>&'+]/g, inUnicode),
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    text.replace(/[&<>"'/+=]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`),
    ...inBase64(text),
    ...insideBase64(text),
  ]
}

function inUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function inBase64(text: string): string[] {
  const standard = Buffer.from(text).toString('base64')
  return [standard, standard.replace(/=+$/, ''), standard.replaceAll('=', '%3D'), Buffer.from(text).toString('base64url')]
}

/** The three encodings of a value inside a longer base64 text, without the characters it shares with its neighbours. */
function insideBase64(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)]
    const all = [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)]
    return all.filter((part) => part.length >= BROKEN_LENGTH_MIN)
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The error with secrets removed from all that it and its causes say. */
export function redactError(error: unknown, redact: Redact): unknown {
  if (typeof error === 'string') return redact(error)
  for (const one of chainOf(error)) {
    for (const key of ['message', 'publicMessage', 'stack', 'detail', 'hint', 'where']) {
      const words: unknown = Reflect.get(one, key)
      const clean = typeof words === 'string' ? redact(words) : words
      if (clean !== words) Reflect.defineProperty(one, key, { value: clean, configurable: true, writable: true, enumerable: false })
    }
  }
  return error
}

function chainOf(error: unknown, seen: Set<Error> = new Set()): Set<Error> {
  if (!(error instanceof Error) || seen.has(error)) return seen
  seen.add(error)
  chainOf(error.cause, seen)
  if (error instanceof AggregateError) for (const one of error.errors) chainOf(one, seen)
  return seen
}

export function redactedLog(log: Log, redact: Redact): Log {
  const clean = (data: Record<string, unknown> | undefined) => (data === undefined ? undefined : redactedData(data, redact))
  return {
    debug: (message, data) => log.debug(redact(message), clean(data)),
    info: (message, data) => log.info(redact(message), clean(data)),
    warn: (message, data) => log.warn(redact(message), clean(data)),
    error: (message, data) => log.error(redact(message), clean(data)),
    child: (fields) => redactedLog(log.child(redactedData(fields, redact)), redact),
  }
}

function redactedValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, redact))
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? redactedData(value, redact)
    : value
}

function redactedData(data: object, redact: Redact): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, redactedValue(value, redact)]))
}
