import type { Instant } from '#lib/domain/time/instant.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'
import { wallTimeAt } from '#lib/domain/time/zone.ts'

/** What may stand between braces in the name of a file, each filled in from the local time of its flow. */
export const MARKS = ['date', 'yyyy', 'mm', 'dd', 'hh', 'mi', 'ss', 'timestamp'] as const
export type Mark = (typeof MARKS)[number]

/** The values of a template's marks, as they stand in a name. */
export type MarkValues = Partial<Record<Mark, string>>

const PATTERNS: Record<Mark, string> = {
  date: '\\d{4}-\\d{2}-\\d{2}',
  yyyy: '\\d{4}',
  mm: '(?:0[1-9]|1[0-2])',
  dd: '(?:0[1-9]|[12]\\d|3[01])',
  hh: '(?:[01]\\d|2[0-3])',
  mi: '[0-5]\\d',
  ss: '[0-5]\\d',
  timestamp: '\\d{8}T\\d{6}',
}
const BRACES = /\{([^{}]*)\}/g

/** The template with every mark filled in: `{date}` 2026-11-20, `{timestamp}` 20261120T042000, all on the zone's clock. */
export function fillName(template: string, at: Instant, zone: string): string {
  const values = valuesAt(at, zone)
  return template.replace(BRACES, (whole, name: string) => (isMark(name) ? values[name] : whole))
}

function valuesAt(at: Instant, zone: string): Record<Mark, string> {
  const iso = new Date(wallTimeAt(at, zone)).toISOString()
  const date = iso.slice(0, 10)
  const [yyyy = '', mm = '', dd = ''] = date.split('-')
  const [hh = '', mi = '', ss = ''] = iso.slice(11, 19).split(':')
  return { date, yyyy, mm, dd, hh, mi, ss, timestamp: `${yyyy}${mm}${dd}T${hh}${mi}${ss}` }
}

/** What the marks of a template stand for in a name; null when the name was not made from it. A mark that repeats has one value. */
export function matchName(template: string, name: string): MarkValues | null {
  const marks: Mark[] = []
  const found = patternOf(template, marks).exec(name)
  if (found === null) return null
  const values: MarkValues = {}
  for (const mark of new Set(marks)) {
    const value = found.groups?.[mark]
    if (value !== undefined) values[mark] = value
  }
  return isRealTime(values) ? values : null
}

function patternOf(template: string, marks: Mark[]): RegExp {
  let pattern = ''
  let end = 0
  for (const braces of template.matchAll(BRACES)) {
    const name = braces[1] ?? ''
    if (!isMark(name)) continue
    pattern += literally(template.slice(end, braces.index))
    pattern += marks.includes(name) ? `\\k<${name}>` : `(?<${name}>${PATTERNS[name]})`
    marks.push(name)
    end = braces.index + braces[0].length
  }
  return new RegExp(`^${pattern}${literally(template.slice(end))}$`, 'u')
}

function isRealTime({ date, yyyy, mm, dd, timestamp }: MarkValues): boolean {
  const days = [date, yyyy && mm && dd ? `${yyyy}-${mm}-${dd}` : undefined, timestamp?.replace(/^(\d{4})(\d{2})(\d{2})T.*$/, '$1-$2-$3')]
  const time = timestamp === undefined || /T([01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(timestamp)
  return time && days.every((day) => day === undefined || isValidDay(day))
}

/** True when a name differs from one delivery to the next. */
export function hasMarks(template: string): boolean {
  return [...template.matchAll(BRACES)].some(([, name = '']) => isMark(name))
}

/** True when every mark is known once the day is. */
export function isDaily(template: string): boolean {
  return [...template.matchAll(BRACES)].every(([, name = '']) => ['date', 'yyyy', 'mm', 'dd'].includes(name))
}

/** What is wrong with a template, in words; empty when it can name a file below a connection. */
export function checkName(template: string): string[] {
  if (template.trim() === '') return ['it is empty']
  const parts = template.split('/')
  const unknown = [...template.matchAll(BRACES)].flatMap(([whole, name = '']) => (isMark(name) ? [] : [whole]))
  const problems: [boolean, string][] = [
    [unknown.length > 0, `it has an unknown mark ${unknown.join(', ')}; there is ${MARKS.map((mark) => `{${mark}}`).join(' ')}`],
    [/[{}]/.test(template.replaceAll(BRACES, '')), 'it has a brace without its partner'],
    [/^[/\\]|^[A-Za-z]:/.test(template), 'it is absolute; write it as seen from the folder of the connection'],
    [template.split(/[/\\]/).includes('..'), 'it leaves the folder of the connection with ".."'],
    [/\p{Cc}|\\/u.test(template), 'it has a control character or a backslash'],
    [!template.startsWith('/') && parts.some((part) => part === '' || part === '.'), 'it has an empty part, or ends with "/"'],
    [parts.slice(0, -1).some(hasMarks), 'it has a mark in a folder; only the name of the file may change'],
    [parts.some((part) => part !== part.trim()), 'a part of it begins or ends with a space'],
    [new TextEncoder().encode(parts.at(-1)).length > 200, 'the name of the file is longer than 200 bytes'],
  ]
  return problems.flatMap(([wrong, problem]) => (wrong ? [problem] : []))
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function isMark(name: string): name is Mark {
  return MARKS.some((mark) => mark === name)
}
