import { describe, expect, it } from 'vitest'
import { matches, parseFilter } from './filter.ts'

const entry = {
  dn: 'uid=a,ou=people,o=campus',
  attributes: {
    uid: ['a'],
    PersonPrimaryAffiliation: ['Staff'],
    mail: ['ada@campus.example', 'a.b@home.example'],
    modifyTimestamp: ['20260102030405Z'],
  },
}

describe('a filter of the directory', () => {
  it.each([
    ['(uid=a)', true],
    ['(UID=A)', true],
    ['(uid=b)', false],
    ['(personprimaryaffiliation=staff)', true],
    ['(mail=*)', true],
    ['(phone=*)', false],
    ['(mail=ada*)', true],
    ['(mail=*@home.*)', true],
    ['(mail=*a*a*a*a*a*)', false],
    ['(!(phone=*))', true],
    ['(&(mail=*)(uid=b))', false],
    ['(|(mail=*)(uid=b))', true],
    ['(&(mail=*)(&(!(uid=b))(!(uid=c))))', true],
    ['(modifyTimestamp>=20260101000000Z)', true],
    ['(modifyTimestamp<=20260101000000Z)', false],
    ['(uid=\\61)', true],
  ])('%s matches: %s', (text, expected) => {
    const filter = parseFilter(text)
    expect(filter && matches(filter, entry)).toBe(expected)
  })

  it.each(['', 'uid=a', '(uid=a', '(uid=a))', '(&)', '(!(a=1)(b=2))', '(uid)', '((uid=a))'])('is nothing else: %s', (text) => {
    expect(parseFilter(text)).toBeUndefined()
  })
})
