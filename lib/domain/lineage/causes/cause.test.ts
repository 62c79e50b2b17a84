import { expect, test } from 'vitest'
import { assetOf, type CauseKey, partsOfCause } from './cause.ts'

test.each<[CauseKey, string, string]>([
  ['asset:12', 'asset', '12'],
  ['asset:-1', 'asset', '-1'],
  ['connection:sap', 'connection', 'sap'],
  ['flow:people', 'flow', 'people'],
  ['job:dbt/build: nightly', 'job', 'dbt/build: nightly'],
  ['unseen:1794301200000', 'unseen', '1794301200000'],
])('the key %s is of the %s %s', (key, kind, name) => {
  expect(partsOfCause(key)).toEqual({ kind, name })
  expect(assetOf(key)).toBe(kind === 'asset' ? Number(name) : null)
})
