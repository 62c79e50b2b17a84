import { expect, it } from 'vitest'
import { copyTarget } from './copy-target.ts'

const FILE = { source: 'shop', bucket: 'uploads', key: 'incoming/2026/prices.jsonl.gz', version: '3sL4kqtJ' }

it.each([
  ['uploads/landed', FILE, 'uploads/landed/shop/uploads/incoming/2026/3sL4kqtJ/prices.jsonl.gz'],
  ['/uploads/landed/', { ...FILE, key: 'prices.jsonl' }, 'uploads/landed/shop/uploads/3sL4kqtJ/prices.jsonl'],
  [
    'uploads',
    { ...FILE, key: 'a b/ü%2F+.json', version: '5@2026-11-30T07:00:00Z' },
    'uploads/shop/uploads/a b/5%402026-11-30T07%3A00%3A00Z/ü%2F+.json',
  ],
  ['landed', { ...FILE, bucket: '', key: 'x.csv' }, 'landed/shop/3sL4kqtJ/x.csv'],
])('the copy below %s keeps the name of its file', (place, file, target) => {
  expect(copyTarget(place, file)).toBe(target)
  expect(copyTarget(place, { ...file })).toBe(target)
})

it('another version has another place', () => {
  expect(copyTarget('uploads/landed', { ...FILE, version: 'other' })).not.toBe(copyTarget('uploads/landed', FILE))
})
