import { describe, expect, it } from 'vitest'
import { isPlainIdentifier } from '#lib/domain/values/column-type.ts'
import { columnNameOf, compileSelect } from './select-columns.ts'

const permit = {
  id: 17,
  vehicle: { plate: 'AB 123', wheels: [{ side: 'left' }, { side: 'right' }] },
  expires: '2026-12-31',
  'Dept. Name': 'IT',
}

describe('select', () => {
  it('takes fields, dotted paths, items of lists and names that hold dots', () => {
    const selection = compileSelect(
      { permit_id: 'id', plate: 'vehicle.plate', second: 'vehicle.wheels.1.side', dept: 'Dept. Name', whole: 'vehicle.wheels' },
      'UTC',
    )
    expect(selection.row(permit)).toEqual({
      ok: true,
      row: { permit_id: 17, plate: 'AB 123', second: 'right', dept: 'IT', whole: [{ side: 'left' }, { side: 'right' }] },
    })
    expect(selection.columns?.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'permit_id null',
      'plate null',
      'second null',
      'dept null',
      'whole null',
    ])
  })

  it('finds names that hold dots at any place of a path', () => {
    const selection = compileSelect({ link: 'odata.meta.next.href', deep: 'a.b.c.d', plain: 'x.y' }, 'UTC')
    const record = { 'odata.meta': { 'next.href': '/2' }, a: { b: 1, 'b.c': { d: 'found' } }, x: { y: 1 } }
    expect(selection.row(record)).toEqual({ ok: true, row: { link: '/2', deep: 'found', plain: 1 } })
  })

  it('refuses a value that is nested without end, and takes the other fields of its record', () => {
    const record = JSON.parse(`{"id":1,"deep":${'['.repeat(5000)}${']'.repeat(5000)}}`)
    const refused = { ok: false, column: 'deep', reason: 'is nested deeper than 200 levels' }
    expect(compileSelect({ id: 'id', deep: 'deep' }, 'UTC').row(record)).toEqual(refused)
    expect(compileSelect(undefined, 'UTC').row(record)).toEqual(refused)
    expect(compileSelect({ id: 'id' }, 'UTC').row(record)).toEqual({ ok: true, row: { id: 1 } })
  })

  it('converts by type, and names the column whose value does not fit', () => {
    const selection = compileSelect({ permit_id: { from: 'id', type: 'text' }, valid_until: { from: 'expires', type: 'date' } }, 'UTC')
    expect(selection.row(permit)).toEqual({ ok: true, row: { permit_id: '17', valid_until: '2026-12-31' } })
    expect(selection.row({ ...permit, expires: '12/31/26' })).toEqual({
      ok: false,
      column: 'valid_until',
      reason: 'reads like "99/99/99", not a date such as 2026-11-20',
    })
  })

  it('reads wall-clock times in the zone it is given, or in the column’s own', () => {
    const selection = compileSelect(
      {
        a: { from: 'at', type: 'timestamp' },
        b: { from: 'at', type: 'timestamp', zone: 'Europe/Berlin' },
        c: { from: 'n', type: 'timestamp', epoch: 's' },
      },
      'America/New_York',
    )
    expect(selection.row({ at: '2026-11-20T04:00:00', n: 0 })).toEqual({
      ok: true,
      row: { a: '2026-11-20T09:00:00Z', b: '2026-11-20T03:00:00Z', c: '1970-01-01T00:00:00Z' },
    })
  })

  it('puts the default where there is nothing', () => {
    const selection = compileSelect(
      { active: { from: 'flag', type: 'boolean', default: false }, note: { from: 'note', default: null } },
      'UTC',
    )
    expect([{}, { flag: ' ' }, { flag: null }, { flag: 'X', note: 'n' }].map((record) => selection.row(record))).toEqual([
      { ok: true, row: { active: false, note: null } },
      { ok: true, row: { active: false, note: null } },
      { ok: true, row: { active: false, note: null } },
      { ok: true, row: { active: true, note: 'n' } },
    ])
  })

  it('knows which fields no record had, unless they may be missing', () => {
    const selection = compileSelect({ a: 'a', plate: 'vehicle.plat', b: { from: 'b', default: null }, none: 'vehicle.none' }, 'UTC')
    selection.row({ a: 1, vehicle: { plate: 'x', none: null } })
    selection.row({ a: 2 })
    expect(selection.unseen()).toEqual([{ column: 'plate', from: 'vehicle.plat' }])
  })

  it.each([null, 'text', 7, [1]])('refuses %j, which is no record', (record) => {
    expect(compileSelect({ a: 'a' }, 'UTC').row(record)).toMatchObject({ ok: false, reason: 'is not a record with fields' })
    expect(compileSelect(undefined, 'UTC').row(record)).toMatchObject({ ok: false, reason: 'is not a record with fields' })
  })

  it('does not find what every object has', () => {
    const selection = compileSelect({ a: 'constructor', b: 'toString.name', c: 'list.length' }, 'UTC')
    expect(selection.row({ list: [1] })).toEqual({ ok: true, row: { a: null, b: null, c: null } })
    expect(selection.unseen()).toHaveLength(3)
  })
})

describe('without select', () => {
  it('every field becomes a column, its value as it comes', () => {
    const selection = compileSelect(undefined, 'UTC')
    expect(selection.columns).toBeNull()
    expect(selection.row({ permitId: 1, 'Valid Until': '', vehicle: { plate: 'x' } })).toEqual({
      ok: true,
      row: { permit_id: 1, valid_until: '', vehicle: { plate: 'x' } },
    })
  })

  it('what only counts the row becomes no column, unless it is asked for', () => {
    const record = { 'attr:rownumber': 1, CAMPUS_ID: 'U1', 'attr:colour': 'red' }
    expect(compileSelect(undefined, 'UTC').row(record)).toEqual({ ok: true, row: { campus_id: 'U1', attr_colour: 'red' } })
    expect(compileSelect({ place: 'attr:rownumber' }, 'UTC').row(record)).toEqual({ ok: true, row: { place: 1 } })
  })

  it('two fields for one column refuse the answer, in one record or in two', () => {
    const reason = 'would be filled by two fields, "Plate" and "plate"; name them in "select"'
    expect(compileSelect(undefined, 'UTC').row({ Plate: 1, plate: 2 })).toEqual({ ok: false, column: 'plate', reason, refuseAll: true })
    const selection = compileSelect(undefined, 'UTC')
    selection.row({ Plate: 1 })
    expect(selection.row({ plate: 2 })).toMatchObject({ refuseAll: true })
  })

  it('a value nobody could keep puts its row aside', () => {
    expect(compileSelect(undefined, 'UTC').row({ name: 'a\0' })).toEqual({ ok: false, column: 'name', reason: 'holds a NUL character' })
  })

  it.each([
    ['permitId', 'permit_id'],
    ['BUID', 'buid'],
    ['PERSONNumber', 'person_number'],
    ['Valid Until', 'valid_until'],
    ['Straße', 'stra_e'],
    ['Größe (cm)', 'gro_e_cm'],
    ['2nd name', '_2nd_name'],
    ['A.EMPLID', 'a_emplid'],
    ['__x__', 'x'],
    ['—', 'field'],
    ['', 'field'],
  ])('"%s" becomes %s', (field, column) => {
    expect(isPlainIdentifier(columnNameOf(field))).toBe(true)
    expect(columnNameOf(field)).toBe(column)
  })

  it('a column has at most 63 characters', () => expect(columnNameOf('x'.repeat(100))).toHaveLength(63))
})
