import { z } from 'zod'
import type { ClockReading, Observation } from '#lib/connectors/kit/connector.ts'
import { FUTURE } from '#lib/connectors/kit/probe.ts'
import { readInstant, type TimeReading, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { HOUR_MS, type Instant, isFuture, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { ColumnState } from './metadata.ts'
import { MOST_FORMS, type Newest, type Question } from './newest-statement.ts'
import { failed, type Probed, tableWarnings } from './observation.ts'
import { type Difference, isSameState, rowsWritten, toProbeState } from './probe-state.ts'

const STEP_MS = HOUR_MS / 2
const MOST_STEPS = 28
const SLACK_MS = 3 * MINUTE_MS

/** How many half hours `at` is ahead of `now`, if almost exactly so: the mark of a wrong zone. */
function halfHoursAhead(at: Instant, now: Instant): number | null {
  const steps = Math.round((at - now) / STEP_MS)
  if (steps < 1 || steps > MOST_STEPS) return null
  return Math.abs(at - now - steps * STEP_MS) <= SLACK_MS ? steps : null
}

function futureWarning(at: Instant, now: Instant, before: number | null): string | null {
  if (!isFuture(at, now)) return null
  const steps = halfHoursAhead(at, now)
  if (steps === null) return FUTURE
  const often = before === steps ? 'always ' : ''
  return `The newest value is ${often}${steps / 2} h ahead: it looks like local time taken for another zone. Set the asset’s zone.`
}

const BECAUSE: Record<Difference, string> = {
  uncounted: 'nothing counts writes here',
  first: 'first look',
  restarted: 'the server was restarted',
  replaced: 'the table was made anew',
  reset: 'the write counters were set back',
  moved: 'the write counters moved',
  rewritten: 'its storage was rewritten',
  same: 'a full look was due although the write counters stand still',
}

function aheadOf(probed: Probed, clock: ClockReading['clock'], at: Instant): { ahead: number | null; warning: string | null } {
  const before = probed.previous?.ahead ?? null
  const known = probed.previous?.readings.find((reading) => reading.clock === clock)
  if (known?.at === at) return { ahead: before, warning: futureWarning(at, probed.now, null) }
  return { ahead: halfHoursAhead(at, probed.now), warning: futureWarning(at, probed.now, before) }
}

type ReadColumn =
  | { ok: true; slot: number; reading: ClockReading; warnings: string[]; ahead: number | null; isWeak: boolean }
  | { ok: false; problem: string }

type GoodColumn = Extract<ReadColumn, { ok: true }>

function readColumn(probed: Probed, slot: number, zone: string | undefined, answer: NewestAnswer): ReadColumn {
  const { name, clock } = probed.columns[slot] ?? { name: '', clock: probed.settings.clock }
  const question = answer.questions[slot] ?? 'greatest'
  const value = answer.row.values[slot] ?? null
  if (value === null && answer.hasRows) return { ok: false, problem: `The table has rows, but none with a value in ${name}.` }
  const time = newestOf(value, answer.row.types[slot] ?? 0, question, (text, type) => readInstant(text, type, zone ?? 'UTC', probed.now))
  if (!time.ok) return { ok: false, problem: `Column ${name} ${time.problem}.` }
  const warnings = [...time.warnings]
  if (time.wallClock && zone === undefined) {
    warnings.push(`Column ${name} tells no zone; its values are taken as UTC. Set the asset’s zone, or the connection’s.`)
  }
  const { isWeak } = time
  const reading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  if (time.at === null || time.precision === 'day') return { ok: true, slot, reading, warnings, ahead: null, isWeak }
  const { ahead, warning } = aheadOf(probed, clock, time.at)
  if (warning !== null && time.warnings.length === 0) warnings.push(warning)
  return { ok: true, slot, reading, warnings, ahead, isWeak }
}

function skewWarning(probed: Probed): string | null {
  const skewMs = probed.server.clock - probed.now
  if (Math.abs(skewMs) <= MINUTE_MS) return null
  return `The server’s clock is ${Math.round(Math.abs(skewMs) / SECOND_MS)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours.`
}

function howFound(probed: Probed, indexed: boolean): string {
  if (indexed) return 'through an index'
  return probed.table.kind === 'v' ? 'by running the view' : 'by reading the whole table, as no index leads with it'
}

interface NewestAnswer extends Newest {
  questions: readonly Question[]
  columns: readonly ColumnState[]
  costMs: number
}

export function fromColumns(probed: Probed, settings: PostgresSettings, answer: NewestAnswer): Observation {
  const { asset, table } = probed
  const zone = probed.settings.zone ?? settings.zone
  const all = [...probed.columns.keys()].map((slot) => readColumn(probed, slot, zone, answer))
  const read = all.filter((one) => one.ok)
  const problems = all.flatMap((one) => (one.ok ? [] : [one.problem]))
  if (read.length === 0) return failed(asset.key, problems.join(' '), problems.join(' '), 'no-time')
  const readings = read.map((one) => one.reading)
  const warnings = [...tableWarnings(probed), ...problems, ...read.flatMap((one) => one.warnings)]
  const skew = skewWarning(probed)
  if (skew !== null) warnings.push(skew)
  const kept = readings.map(({ clock, at, precision, orAt }) => ({ clock, at, precision, ...(orAt !== undefined && { orAt }) }))
  const state = toProbeState(probed.about, table, probed.server, { readings: kept, warnings, ahead: read[0]?.ahead ?? null })
  return {
    ok: true,
    assetKey: asset.key,
    readings: withOwnEvidence(probed, answer, read),
    rows: rowsWritten(probed.previous, table, probed.difference),
    evidence: evidenceOf(probed, answer, read),
    state,
    warnings,
    isSame: probed.difference === 'same' && isSameState(probed.previous, state),
  }
}

/** Columns that are known alike share the evidence of the look. */
function withOwnEvidence(probed: Probed, answer: NewestAnswer, read: readonly GoodColumn[]): ClockReading[] {
  const own = read.map((one) => evidenceOf(probed, answer, [one]))
  const isAlike = own.every(({ method }) => method === own[0]?.method)
  return read.map(({ reading }, i) => ({ ...reading, ...(!isAlike && own[i] && { evidence: own[i] }) }))
}

/** Of what some of the columns say; they are read together, so each costs as much as all. */
function evidenceOf(probed: Probed, answer: NewestAnswer, read: readonly GoodColumn[]): Evidence {
  const isWeak = read.some((one) => one.isWeak)
  const indexed = read.every(({ slot }) => answer.columns[slot]?.indexed)
  const names = read.map(({ slot }) => probed.columns[slot]?.name).join(' and ')
  const among = probed.settings.where === undefined ? '' : ' among the rows that count'
  const asText = isWeak ? ' It is text in an order, or of forms, that may hide a newer one.' : ''
  return {
    method: isWeak ? 'text' : indexed ? 'column' : 'scan',
    strength: isWeak ? 'weak' : 'strong',
    detail: `The newest value of ${names}${among}, found ${howFound(probed, indexed)}; read because ${BECAUSE[probed.difference]}.${asText}`,
    costMs: probed.costMs + answer.costMs,
  }
}

type Good = Extract<TimeReading, { ok: true }>

/** A reading; `isWeak`: a newer value may be hidden behind it. */
type NewestReading = (Good & { isWeak: boolean }) | Extract<TimeReading, { ok: false }>

const textsSchema = z.array(z.string())

/** Reads one answer to `newestStatement`: of texts the newest instant, whatever their forms and offsets. */
export function newestOf(
  value: string | null,
  type: number,
  question: Question,
  read: (text: string | null, type: number) => TimeReading,
): NewestReading {
  if (question !== 'last-of-each-form' || value === null) {
    const reading = read(value, question === 'greatest' ? type : TYPE.text)
    return reading.ok ? { ...reading, isWeak: question === 'last-text' && value !== null } : reading
  }
  const texts = textsSchema.parse(JSON.parse(value))
  if (texts.length > MOST_FORMS) return { ok: false, problem: 'holds texts of too many forms to be times' }
  return newestAmong(texts.map((text) => ({ text, reading: read(text, TYPE.text) })))
}

function newestAmong(all: readonly { text: string; reading: TimeReading }[]): NewestReading {
  const good = all.flatMap(({ reading }) => (reading.ok ? [reading] : []))
  const bad = all.flatMap(({ text, reading }) => (reading.ok ? [] : [{ text, problem: reading.problem }]))
  const [first, ...others] = good
  if (first === undefined) return { ok: false, problem: bad[0]?.problem ?? 'holds no text' }
  const newest = others.reduce((a, b) => ((b.at ?? 0) > (a.at ?? 0) ? b : a), first)
  const isWeak = bad.some(({ text }) => mayBeATime(text))
  return { ...newest, isWeak, warnings: isWeak ? [...newest.warnings, LEFT_OUT] : newest.warnings }
}

const LEFT_OUT = 'Some of its texts do not read as times and are left out: one of them may be the newest.'

/** `n/a` and the like stand for no time; what has digits may be one in a form we do not know. */
function mayBeATime(text: string): boolean {
  return /\d.*\d/.test(text)
}
