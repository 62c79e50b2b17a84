import { expect, it, test } from 'vitest'
import { assetKeySchema, connectionOf, isAssetKey, pathOf } from './asset-key.ts'

it.each(['lake/term_raw.term_data', 'sap/a b', 'web/https://example.edu/a?b=c', 'a-b_1/x'])('%j is an asset', (key) => {
  expect(isAssetKey(key)).toBe(true)
})

it.each(['lake', 'lake/', '/path', '1st/path', 'la ke/path', 'lake/ path', 'lake/path ', 'lake/a\nb', ''])('%j is none', (key) => {
  expect(isAssetKey(key)).toBe(false)
})

test('a key ends somewhere', () => {
  expect([isAssetKey(`lake/${'x'.repeat(495)}`), isAssetKey(`lake/${'x'.repeat(496)}`)]).toEqual([true, false])
  expect(assetKeySchema.safeParse(`lake/${'x'.repeat(500)}`).error?.issues[0]?.message).toBe('is longer than 500 characters')
})

test('its connection is what stands before the first slash, its path all that follows', () => {
  expect([connectionOf('web/https://example.edu/a'), pathOf('web/https://example.edu/a')]).toEqual(['web', 'https://example.edu/a'])
  expect([connectionOf('no slash'), pathOf('no slash')]).toEqual(['', 'no slash'])
})
