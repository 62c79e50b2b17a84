import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { mayBeSensitive, SENSITIVE_NAMES, stripSensitive } from './strip-sensitive.ts'

function stripped(text: string): { value: JsonValue; taken: number } {
  const value = parseJson(text)
  return { taken: stripSensitive(value), value }
}

describe('sensitive fields', () => {
  it.each([...SENSITIVE_NAMES])('are taken out: %s', (name) => {
    expect(stripped(`{"a":1,"${name}":"secret"}`)).toEqual({ value: { a: 1 }, taken: 1 })
  })

  it.each(['SSN', 'Ssn', 'socialSecurityNumber', 'SEXUALORIENTATION', 'finAid', 'FinAidReceived'])(
    'are taken out in any case: %s',
    (name) => {
      expect(stripped(`{"${name}":null}`).value).toEqual({})
    },
  )

  it('are taken out wherever they stand, inside lists and lists of lists too', () => {
    const { value, taken } = stripped(
      `{"personBasic":[{"ssn":1,"names":[[{"SSN":2,"x":3}]]}],"studentInfo":{"deep":{"deeper":[null,{"finAid":{"ssn":4}}]}},"ssn":[1]}`,
    )
    expect(value).toEqual({ personBasic: [{ names: [[{ x: 3 }]] }], studentInfo: { deep: { deeper: [null, {}] } } })
    expect(taken).toBe(4)
  })

  it('are taken out when the parent is null, a text or a list', () => {
    expect(stripped('{"personBasic":null,"studentInfo":[{"finAid":1}]}').value).toEqual({ personBasic: null, studentInfo: [{}] })
    expect(stripped('[{"ssn":1}]').value).toEqual([{}])
  })

  it('are names of members, not texts or parts of names', () => {
    const text = '{"note":"ssn","ssnLast":4,"mission":"finAid","list":["ssn"]}'
    expect(stripped(text)).toEqual({ value: JSON.parse(text), taken: 0 })
  })

  it('are found when they are spelled with escapes', () => {
    const text = '{"\\u0073sn":1,"f\\u0069nAid":2}'
    expect(mayBeSensitive(text)).toBe(true)
    expect(stripped(text).value).toEqual({})
  })

  it('are looked for only where a text may hold one', () => {
    expect(mayBeSensitive('{"personid":"U1","email":[{"address":"a@b"}]}')).toBe(false)
    for (const name of SENSITIVE_NAMES) expect(mayBeSensitive(`{"${name.toUpperCase()}":1}`)).toBe(true)
  })

  it('leave exact numbers as they are', () => {
    const { value } = stripped('{"big":12345678901234567890,"ssn":12345678901234567890}')
    expect(isJsonObject(value) && JSON.stringify(value)).toBe('{"big":12345678901234567890}')
  })

  it('end the search with an error, not with the process, in a document without end', () => {
    expect(() => stripped(`${'['.repeat(5000)}${']'.repeat(5000)}`)).toThrow(RangeError)
  })
})
