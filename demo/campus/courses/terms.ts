import type { Instant } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'

export interface CampusTerm {
  strm: string
  description: string
  year: number
  season: Season
  /** Local dates, `YYYY-MM-DD`. A term ends where the next begins, so that there is always a current one. */
  begin: string
}

interface Season {
  name: string
  digit: string
  short: string
  from: string
}

const SEASONS: readonly Season[] = [
  { name: 'Spring', digit: '3', short: 'SP', from: '01-15' },
  { name: 'Summer', digit: '5', short: 'SU', from: '05-21' },
  { name: 'Fall', digit: '7', short: 'FA', from: '08-26' },
]
const CAREERS = ['GRAD', 'LAW', 'UGRD'] as const
const FUTURE_TERMS = 3
const ZONE = 'America/New_York'

export function termCode(year: number, digit: string): string {
  return `${Math.floor(year / 1000)}${String(year % 100).padStart(2, '0')}${digit}`
}

/** `count` terms in order, three of them after the one in which `now` falls. */
export function termsAround(now: Instant, count: number): { terms: CampusTerm[]; current: CampusTerm } {
  const today = localDay(now, ZONE)
  const thisYear = Number(today.slice(0, 4))
  const years = Math.ceil(count / SEASONS.length) + 2
  const all: CampusTerm[] = []
  for (let year = thisYear - years; year <= thisYear + 2; year += 1) {
    for (const season of SEASONS) {
      all.push({ strm: termCode(year, season.digit), description: `${season.name} ${year}`, year, season, begin: `${year}-${season.from}` })
    }
  }
  const currentIndex = all.findLastIndex((term) => term.begin <= today)
  const current = all[currentIndex]
  if (!current) throw new Error('there is always a current term')
  const end = currentIndex + 1 + FUTURE_TERMS
  return { terms: all.slice(Math.max(0, end - count), end), current }
}

export function termRows(now: Instant, count: number): Record<string, unknown>[] {
  const { terms, current } = termsAround(now, count)
  const rows: Record<string, unknown>[] = []
  for (const career of CAREERS) {
    for (const [index, term] of terms.entries()) {
      rows.push({
        'attr:rownumber': rows.length + 1,
        ACAD_CAREER: career,
        ...termColumns(term, terms[index - 1], terms[index + 1], current),
      })
    }
  }
  return rows
}

function termColumns(
  term: CampusTerm,
  past: CampusTerm | undefined,
  future: CampusTerm | undefined,
  current: CampusTerm,
): Record<string, unknown> {
  const isCurrent = term.strm === current.strm
  const academicYear = term.season.name === 'Fall' ? term.year + 1 : term.year
  return {
    STRM: term.strm,
    DESCR: term.description,
    TERM_BEGIN_DT: term.begin.replaceAll('-', ''),
    TERM_END_DT: future ? future.begin.replaceAll('-', '') : '',
    CURRENT_IND: isCurrent ? 'Y' : 'N',
    BU_CUR_FUTURE_TERM: isCurrent ? 'C' : term.begin > current.begin ? 'F' : 'P',
    BU_FUTURE_TERM_1: future?.strm ?? '',
    BU_PAST_TERM_1: past?.strm ?? '',
    OLD_TERM: `${String(academicYear % 100).padStart(2, '0')}/${term.season.short}`,
    ACAD_YEAR: String(academicYear),
  }
}
