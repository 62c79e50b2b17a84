import { expect, test } from 'vitest'
import { fitterFor, whyNoAddress } from './address-reference.ts'

function fill(text: string, values: Record<string, string>): string {
  const putIn = fitterFor(text)
  return text.replaceAll(/\$\{(\w+)\}/g, (_whole, name: string, offset: number) => putIn(values[name] ?? '', offset))
}

test.each([
  ['p@ss/w#rd:?%41', 'p%40ss%2Fw%23rd%3A%3F%2541'],
  ['plain-$word!', 'plain-$word!'],
  ['already%40encoded', 'already%40encoded'],
  ['half%', 'half%25'],
  ['päss wort', 'p%C3%A4ss%20wort'],
])('the password %s stands in an address as %s', (password, there) => {
  const address = fill('postgres://reader:${PW}@db.example/x', { PW: password })
  expect(address).toBe(`postgres://reader:${there}@db.example/x`)
  expect(decodeURIComponent(new URL(address).password)).toBe(decodeURIComponent(there))
})

test('so do the user, and the password of mail and of secret files beside other text', () => {
  expect(fill('smtp://${USER}:${PW}@mail.example:587', { USER: 'ann@campus.example', PW: 'a/b' })).toBe(
    'smtp://ann%40campus.example:a%2Fb@mail.example:587',
  )
})

test('one reference may hold user and password together', () => {
  expect(fill('https://${CREDENTIALS}@api.example', { CREDENTIALS: 'ann:p@ss:word' })).toBe('https://ann:p%40ss%3Aword@api.example')
})

test.each([
  ['${URL}', 'postgres://a:b@c/d'],
  ['https://api.example/${PATH}', 'a/b@c'],
  ['https://${HOST}/x', 'db.example:5432'],
  ['${PW}', 'p@ss'],
  ['mail ${NAME}@campus.example', 'a/b'],
])('elsewhere a value stands as it is: %s', (text, value) => {
  expect(fill(text, { URL: value, PATH: value, HOST: value, PW: value, NAME: value })).toBe(text.replace(/\$\{\w+\}/, value))
})

test.each([
  'postgres://reader@db.example/warehouse',
  'postgres://reader:p%40ss%2Fw@db.example:5432/warehouse?application_name=a@b',
  'postgres://reader:p@ss@db.example/x',
  'postgresql://db.example',
  'postgres:///warehouse?host=/var/run/postgresql',
])('%s is the address of one server', (address) => {
  expect(whyNoAddress(address)).toBeNull()
})

test.each([
  'postgres://reader:p@ss/w:rd#1@db.example/x',
  'postgres://reader:p/w@db.example/x',
  'postgres://reader:p#w@db.example/x',
  'postgres://reader:1#w@db.example/x',
  'postgres://reader:p?w@db.example/x',
])('in %s the password has to be encoded, and the words say how without it', (address) => {
  expect(whyNoAddress(address)).toContain('@ as %40')
  expect(whyNoAddress(address)).not.toContain('p?w')
})
