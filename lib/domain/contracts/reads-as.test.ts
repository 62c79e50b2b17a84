import { describe, expect, it } from 'vitest'
import { COLUMN_TYPES } from '#lib/domain/values/column-type.ts'
import { convertValue } from '#lib/domain/values/convert-value.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { FIELD_FAMILIES, type FieldFamily } from './field-type.ts'
import { canBeRead } from './reads-as.ts'

/** Values of each family, as records hold them. */
const VALUES: Record<FieldFamily, JsonValue[]> = {
  string: ['7', '2026-11-20', '2026-11-20T04:00:00Z', 'true', 'any'],
  integer: [0, 1, 7],
  number: [0.5, 2, 7.25],
  boolean: [true, false],
  date: ['2026-11-20'],
  time: ['04:00:00'],
  timestamp: ['2026-11-20T04:00:00Z'],
  object: [{ a: 1 }],
  array: [[1]],
}

describe('what a column can be made of', () => {
  it.each(COLUMN_TYPES)('holds for the values there are: %s', (type) => {
    for (const family of FIELD_FAMILIES) {
      const isMade = VALUES[family].some((value) => convertValue(value, { type, zone: 'UTC', epoch: null }).ok)
      if (isMade) expect(canBeRead(family, type), `${type} of ${family}`).toBe(true)
      if (!canBeRead(family, type)) expect(isMade, `${type} of ${family}`).toBe(false)
    }
  })

  it('is a count since 1970 where that is said', () => {
    expect([canBeRead('integer', 'timestamp'), canBeRead('integer', 'timestamp', true)]).toEqual([false, true])
    expect(canBeRead('timestamp', 'timestamp', true)).toBe(false)
    expect(convertValue('2026-11-20T04:00:00Z', { type: 'timestamp', zone: 'UTC', epoch: 's' }).ok).toBe(false)
  })
})
