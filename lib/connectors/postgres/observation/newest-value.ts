import { z } from 'zod'
import { type TimeReading, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { MOST_FORMS, type Question } from './newest-statement.ts'

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
