import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { ClockReading, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Probe } from '#lib/connectors/kit/probe.ts'
import { JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type ReadTime, readTime } from '#lib/domain/values/convert-time.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import { type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { parseHttpDate } from '#lib/platform/http/date.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { fitsWhere, refuseToldClocks, type Source, type ToldClocks } from './clock-sources.ts'
import { EACH, parsePlace, valueAt, valuesAt } from './places.ts'
import { REAL_FROM } from './probe-address.ts'
import { BETWEEN_MS, isNearNow, movedWithUs } from './server-clock.ts'

/** A larger answer is no list of times. */
const BYTES_MAX = 10_000_000

const inWords = ({ header, json }: Source) => (header === undefined ? `${json} in the answer` : `the header ${header}`)

type Sources = readonly (readonly [JudgedClock, Source])[]

/** One look at one address: what it tells of the clocks that the catalogue says it tells. A clock that is not told makes the look none, since it would stand still.
 * `onWait` is called where it is asked again in a few seconds. */
export async function tellClocks(
  connection: Connected,
  asset: ObservedAsset,
  told: ToldClocks & { zone?: string | undefined },
  onWait: () => void,
): Promise<Probe> {
  const refusal = refuseToldClocks(asset.path, told)
  if (refusal !== null) throw new TidemarkError('invalid', { publicMessage: `${refusal.problem} ${refusal.remedy}` })
  const sources = JUDGED_CLOCKS.flatMap((clock): Sources => (told[clock] === undefined ? [] : [[clock, told[clock]]]))
  const zone = told.zone ?? connection.settings.zone
  const askFor = (some: Sources) => readAnswer(connection, asset.path, some, zone)
  const first = await askFor(sources)
  const untold = [...first.read.flatMap((one) => (one.ok ? [] : [one.words])), ...(await alwaysNow(connection, first, onWait, askFor))]
  const readings = first.read.flatMap((one) => (one.ok ? [one.reading] : []))
  const isLive = sources.some(([, { live }]) => live)
  const moves = isLive ? ' Nothing tells what is loaded every few seconds from the server’s own clock.' : ''
  return {
    readings,
    rows: null,
    evidence: {
      method: 'answer',
      strength: isLive ? 'weak' : 'strong',
      detail: `By ${sources.map(([, source]) => inWords(source)).join(' and ')}.${moves}`,
    },
    state: null,
    warnings: [],
    ...(untold.length > 0 && { untold: untold.join(' ') }),
  }
}

type Read = { ok: true; clock: JudgedClock; source: Source; reading: ClockReading & { at: Instant } } | { ok: false; words: string }

interface AnswerRead {
  read: Read[]
  askedAt: Instant
  sentAt: Instant
}

async function readAnswer(connection: Connected, path: string, sources: Sources, zone: string): Promise<AnswerRead> {
  const askedAt = connection.clock.now()
  const answer = await ask(connection, addressOf(connection, path))
  const document = await documentOf(
    connection,
    answer,
    sources.some(([, { json }]) => json !== undefined),
  )
  const now = connection.clock.now()
  const read = sources.map(([clock, source]) => readClock(clock, source, { answer, document, zone, now }))
  return { read, askedAt, sentAt: parseHttpDate(answer.header('date')) ?? now }
}

/** Of times that are nearly now, in words those that a second question finds to be always now. */
async function alwaysNow(
  { clock, signal }: Connected,
  first: AnswerRead,
  onWait: () => void,
  askFor: (sources: Sources) => Promise<AnswerRead>,
): Promise<string[]> {
  const near = first.read
    .filter((one) => one.ok)
    .filter(({ source, reading: { at, precision } }) => !source.live && precision === 'instant' && isNearNow({ ...first, at }))
  if (near.length === 0) return []
  onWait()
  await clock.sleep(BETWEEN_MS, signal)
  const again = await askFor(near.map(({ clock: own, source }) => [own, source]))
  return near.flatMap(({ clock: own, source, reading: { at } }, i) => {
    const second = again.read[i]
    if (!second?.ok || !movedWithUs({ ...first, at }, { ...again, at: second.reading.at })) return []
    const remedy = 'Name what tells when the data were loaded, or add "live: true" where that is every few seconds.'
    return [`The answer does not tell ${own}: ${inWords(source)} is always now, as the server’s own clock is. ${remedy}`]
  })
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

function readClock(clock: JudgedClock, source: Source, answered: Answered): Read {
  const { header } = source
  const time = header === undefined ? readPlace(source, answered) : readText(answered.answer.header(header.toLowerCase()), answered)
  if (typeof time !== 'string') return { ok: true, clock, source, reading: { clock, ...time } }
  return { ok: false, words: `The answer does not tell ${clock}: ${inWords(source)} ${time}.` }
}

const NOTHING = 'is not there, or empty'
const NO_TIME = 'stands for "no time"'

/** A time, or in words why there is none. */
function readText(text: string | null | undefined, { zone, now }: Answered): ReadTime | string {
  if (text === undefined || text === null || text.trim() === '') return NOTHING
  const at = parseHttpDate(text)
  const time = at === null ? readTime(text.trim(), zone, now) : { at, precision: 'instant' as const }
  if (time === null) return 'does not read as a time'
  return time.at < REAL_FROM ? NO_TIME : time
}

function readPlace(source: Source, answered: Answered): ReadTime | string {
  const steps = parsePlace(source.json ?? '') ?? []
  if (!steps.includes(EACH)) return readText(scalarText(valueAt(answered.document, steps)), answered)
  const values = valuesAt(answered.document, steps, fitsWhere(source))
  if (values === null) return 'stands in no list'
  if (values.length === 0) return source.where === undefined ? 'stands in an empty list' : 'stands in no element that fits "where"'
  return newestOf(values.map((value) => readElement(scalarText(value), answered)))
}

/** `n/a` and the like stand for no time. */
function readElement(text: string | null, answered: Answered): ReadTime | string {
  return text === null || /\d/.test(text) ? readText(text, answered) : NOTHING
}

/** Of the elements of a list those without a time are left out; one that cannot be read may be the newest. */
function newestOf(read: readonly (ReadTime | string)[]): ReadTime | string {
  const wrong = read.find((one) => typeof one === 'string' && one !== NOTHING && one !== NO_TIME)
  const times = read.filter((one) => typeof one !== 'string')
  return wrong ?? times.reduce<ReadTime | undefined>((a, b) => (a !== undefined && a.at >= b.at ? a : b), undefined) ?? NOTHING
}
