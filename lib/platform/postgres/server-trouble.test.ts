import { expect, test } from 'vitest'
import { isDiskFull, TroubleWatch } from './server-trouble.ts'

const refusal = (message: string, code = 'XX000') => Object.assign(new Error(message), { code })

test.each([
  [refusal('could not extend file "base/5/2619": No space left on device', '53100')],
  [refusal('konnte Datei nicht erweitern: Auf dem Gerät ist kein Speicherplatz mehr verfügbar', '53100')],
  [refusal('could not extend file "base/5/2619": File too large')],
  [refusal('could not write to file "base/pgsql_tmp/1.0": Disk quota exceeded')],
])('a server that has no room left is known by what it says: %s', (error) => {
  expect(isDiskFull(error)).toBe(true)
})

test('other refusals say nothing of the disk', () => {
  expect(isDiskFull(refusal('relation "x" does not exist', '42P01'))).toBe(false)
  expect(isDiskFull('No space left on device')).toBe(false)
})

test('a trouble begins once, lasts as long as it is heard of, and is over half a minute after the last time', () => {
  let now = 0
  let begun = 0
  const trouble = new TroubleWatch(() => now)
  trouble.onBegin = () => begun++
  trouble.note(refusal('division by zero', '22012'))
  expect([trouble.current(), begun]).toEqual([null, 0])
  trouble.note(refusal('No space left on device', '53100'))
  now = 20_000
  trouble.note(refusal('No space left on device', '53100'))
  now = 50_000
  expect([trouble.current(), begun]).toEqual([{ kind: 'disk-full', at: 20_000, since: 0 }, 1])
  now = 50_001
  expect(trouble.current()).toBeNull()
  trouble.note(refusal('No space left on device', '53100'))
  expect(begun).toBe(2)
  trouble.note(refusal('sorry, too many clients already', '53300'))
  expect([trouble.current()?.kind, begun]).toEqual(['connections-used-up', 3])
})
