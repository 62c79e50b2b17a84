import type { WrittenKeys } from '#lib/domain/coverage/found-keys.ts'
import { literal } from './table-path.ts'

/** Types of key columns whose values are written in several ways: in which one each is compared, null where a text is no such value. All else is compared as text. */
const FORMS: Readonly<Record<string, (text: string) => string | null>> = { NUMBER: decimal, FLOAT: float, BOOLEAN: truth }
const DIGITS_MAX = 38

/** As SQL what the values of a column of a type are to be among, so that 5 is there where a NUMBER(10,2) says 5.00; names that are no such value are left out. */
export function amongNames(key: string, names: readonly string[], type: string | undefined): string {
  const form = FORMS[type ?? '']
  if (form === undefined) return `to_varchar(${key}) in (${names.map(literal).join(', ')})`
  return `${key} in (${[...new Set(names.flatMap((name) => form(name) ?? []))].join(', ')})`
}

/** Whether a column of a type can hold all of these names. */
export function areValues(names: readonly string[], type: string | undefined): boolean {
  const form = FORMS[type ?? '']
  return form === undefined || names.every((name) => form(name) !== null)
}

/** The names, as they are written, that a value is which a column of a type gave; where none is named, the value itself. */
export function namesOf(value: string, { of }: Pick<WrittenKeys, 'of'>, type: string | undefined): readonly string[] {
  if (of === 'seen') return [value]
  const form = FORMS[type ?? ''] ?? ((text: string) => text)
  const own = form(value)
  return of.filter((name) => own !== null && form(name) === own)
}

/** Without a zero that means nothing, exactly: `+05.00` is 5. */
function decimal(text: string): string | null {
  const [, sign = '', before = '', after = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text.trim()) ?? []
  if (before + after === '') return null
  const [whole, part] = [before.replace(/^0+/, ''), after.replace(/0+$/, '')]
  if (whole.length + part.length > DIGITS_MAX) return null
  if (whole + part === '') return '0'
  return `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${part === '' ? '' : `.${part}`}`
}

function float(text: string): string | null {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? `${value}::float` : null
}

function truth(text: string): string | null {
  if (/^(true|t|yes|y|on|1)$/i.test(text.trim())) return 'true'
  return /^(false|f|no|n|off|0)$/i.test(text.trim()) ? 'false' : null
}
