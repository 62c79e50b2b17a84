import { expect, test } from 'vitest'
import { nameOfVersion, whyNotRead } from './contract-address.ts'
import { type KeptVersion, keepVersion } from './kept-versions.ts'

const served = (version: string, fromAt: number | null = null, text = version) => ({ version, text, fromAt })
const told = (versions: readonly KeptVersion[]) => versions.map(({ version, seenAt }) => `${version} ${seenAt}`)

test('another version takes the place of the one before it from when it is seen, and that one stays', () => {
  const one = keepVersion([], served('1'), 100)
  expect(told(one)).toEqual(['1 null'])
  const two = keepVersion(one, served('2'), 200)
  expect(told(two)).toEqual(['1 null', '2 200'])
  expect(told(keepVersion(two, served('1'), 300)), 'it goes back').toEqual(['2 200', '1 300'])
})

test('the same version in another text stays that version, since when it was', () => {
  const two = keepVersion(keepVersion([], served('1'), 100), served('2'), 200)
  expect(keepVersion(two, served('2', null, 'mended'), 300).at(-1)).toEqual({ version: '2', text: 'mended', fromAt: null, seenAt: 200 })
})

test('one that was announced and never held is withdrawn when another is served', () => {
  const two = keepVersion(keepVersion([], served('1'), 100), served('2', 1000), 200)
  expect(told(keepVersion(two, served('2.1', 1000), 300))).toEqual(['1 null', '2.1 300'])
  expect(told(keepVersion(two, served('2.1', 2000), 1500)), 'it held by then').toEqual(['1 null', '2 200', '2.1 1500'])
})

test('only so many are kept, and no more text than a catalogue may have', () => {
  let kept: KeptVersion[] = []
  for (let n = 1; n <= 30; n += 1) kept = keepVersion(kept, served(String(n)), n)
  expect(kept.map(({ version }) => version)).toEqual(['21', '22', '23', '24', '25', '26', '27', '28', '29', '30'])
  expect(told(keepVersion(kept, served('31', null, 'x'.repeat(1_000_000)), 31))).toEqual(['31 31'])
})

test.each([
  ['https://data.example.com/customer.odcs.yaml', null],
  ['http://127.0.0.1:8080/x', null],
  ['https://', /no address/],
  ['https://ann:secret@data.example.com/x', /user or password/],
  ['https://data.example.com/x#2', /part of a document/],
  ['http://169.254.169.254/latest/meta-data', /the machine itself/],
  ['http://[fe80::1]/x', /the machine itself/],
  ['http://metadata.google.internal/x', /the machine itself/],
  ['http://metadata.google.internal./x', /the machine itself/],
  ['http://[::ffff:169.254.169.254]/x', /the machine itself/],
  ['http://[64:ff9b::169.254.169.254]/x', /the machine itself/],
  ['http://100.100.100.200/x', /the machine itself/],
  ['https://metadata.example.com/x', null],
])('%s is read, or it is said why not', (address, why) => {
  const said = whyNotRead(address)
  if (why === null) expect(said).toBeNull()
  else expect(said).toMatch(why)
})

test('a version of an address is a name that no address has', () => {
  expect(whyNotRead(nameOfVersion('https://data.example.com/x', '1.0'))).not.toBeNull()
})
