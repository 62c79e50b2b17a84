import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { ClockReading, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Probe } from '#lib/connectors/kit/probe.ts'
import { JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { readTime } from '#lib/domain/values/convert-time.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import { isJsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { hasMarks } from '#lib/domain/values/name-template.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { parseHttpDate } from '#lib/platform/http/date.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { parsePlace, type Source, type ToldClocks } from './clock-sources.ts'
import { NOW_MS, REAL_FROM } from './probe-address.ts'

/** A larger answer is no list of times. */
const BYTES_MAX = 10_000_000

const inWords = (source: Source) => ('header' in source ? `the header ${source.header}` : `${source.json} in the answer`)

/** One look at one address: what it tells of the clocks that the catalogue says it tells. A clock that is not told makes the look none, since it would stand still. */
export async function tellClocks(
  connection: Connected,
  asset: ObservedAsset,
  told: ToldClocks & { zone?: string | undefined },
): Promise<Probe> {
  if (hasMarks(asset.path))
    throw new TidemarkError('invalid', {
      publicMessage: `${asset.path} changes from day to day: clocks of its answer cannot be named. Write a fixed path.`,
    })
  const sources = JUDGED_CLOCKS.flatMap((clock): [JudgedClock, Source][] => (told[clock] === undefined ? [] : [[clock, told[clock]]]))
  const answer = await ask(connection, addressOf(connection, asset.path))
  const document = await documentOf(
    connection,
    answer,
    sources.some(([, source]) => 'json' in source),
  )
  const now = connection.clock.now()
  const zone = told.zone ?? connection.settings.zone
  const read = sources.map(([clock, source]) => readClock(clock, source, { answer, document, zone, now }))
  const untold = read.flatMap((one) => (typeof one === 'string' ? [one] : []))
  const readings = read.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  const detail = `By ${sources.map(([, source]) => inWords(source)).join(' and ')}.`
  return {
    readings,
    rows: null,
    evidence: { method: 'answer', strength: 'strong', detail },
    state: null,
    warnings: readings.some(({ at }) => at !== null && isFuture(at, now))
      ? ['What the answer tells lies in the future; it is kept, but not judged.']
      : [],
    ...(untold.length > 0 && { untold: untold.join(' ') }),
  }
}

/** The whole answer where it is asked for; null: only its headers are. */
async function documentOf(connection: Connected, answer: HttpAnswer, isRead: boolean): Promise<JsonValue> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of answer.body) {
    if (!isRead) break
    bytes += piece.length
    if (bytes > BYTES_MAX) throw refusedAnswer(systemOf(connection), 'it is larger than 10 MB, and a place in it is to be read')
    pieces.push(piece)
  }
  if (!isRead) return null
  try {
    return parseJson(Buffer.concat(pieces).toString('utf8'))
  } catch {
    // The parser's message quotes the text, and with it perhaps somebody's data.
    throw refusedAnswer(systemOf(connection), 'it is not JSON')
  }
}

interface Answered {
  answer: HttpAnswer
  document: JsonValue
  zone: string
  now: Instant
}

function readClock(clock: JudgedClock, source: Source, { answer, document, zone, now }: Answered): ClockReading | string {
  const text =
    'header' in source ? answer.header(source.header.toLowerCase()) : scalarText(valueAt(document, parsePlace(source.json) ?? []))
  if (text === undefined || text === null || text.trim() === '')
    return `The answer does not tell ${clock}: ${inWords(source)} is not there, or empty.`
  const at = parseHttpDate(text)
  const time = at === null ? readTime(text.trim(), zone, now) : { at, precision: 'instant' as const }
  if (time === null) return `The answer does not tell ${clock}: ${inWords(source)} does not read as a time.`
  if (time.at < REAL_FROM) return `The answer does not tell ${clock}: ${inWords(source)} stands for "no time".`
  const sentAt = parseHttpDate(answer.header('date'))
  if ('header' in source && sentAt !== null && Math.abs(sentAt - time.at) <= NOW_MS)
    return `The answer does not tell ${clock}: ${inWords(source)} is always now, the server’s own clock.`
  return { clock, ...time }
}

function valueAt(document: JsonValue, steps: readonly (string | number)[]): JsonValue {
  let value: JsonValue | undefined = document
  for (const step of steps) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value ?? null
}
