import { type CronExpression, CronExpressionParser } from 'cron-parser'

/** Fields as people write them that mean more than a list of numbers: the last day, the second Monday. */
const SPECIAL = /[lw#?]/i
const NAMES = /[a-z]{3}/gi

/** Whether a field or an item of it says more than a list of numbers can. */
export function isSpecial(field: string): boolean {
  return SPECIAL.test(field.replaceAll(NAMES, ''))
}

function parseFields(fields: readonly string[]): CronExpression {
  return CronExpressionParser.parse(fields.join(' '), { tz: 'UTC', currentDate: 0 })
}

const FIELDS = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const

/** The numbers that one item of a list stands for, as the field at `position` reads it. */
function numbersOf(item: string, position: number): string[] {
  if (item === '') throw new Error('an item of a list is empty')
  const name = FIELDS[position]
  if (name === undefined || isSpecial(item)) return [item]
  const fields = parseFields(FIELDS.map((_, index) => (index === position ? item : '*'))).fields
  return fields[name].values.map((value) => (name === 'dayOfWeek' ? String(Number(value) % 7) : String(value)))
}

/** A list in which every value stands once: `8-18,12` names noon twice and means it once. */
function withoutRepeats(field: string, position: number): string {
  if (!field.includes(',')) return field
  const items = field.split(',')
  if (items.includes('*')) return '*'
  return [...new Set(items.flatMap((item) => numbersOf(item, position)))].join(',')
}

/** A line of five fields, read; throws for what is no cron line. */
export function parseCronLine(line: string): CronExpression {
  return parseFields(line.trim().split(/\s+/).map(withoutRepeats))
}
