import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import postgres from './postgres.ts'

const problems = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.path.join('.') || issue.message)

test('it is called like its file and can discover, probe and be read', async () => {
  expect(postgres.kind).toBe('postgres')
  const signal = new AbortController().signal
  const settings = postgres.settings.parse({ url: 'postgres://a@b/c' })
  const session = await postgres.open({ key: 'db', settings, clock: new FakeClock(0), log: silentLog, signal })
  expect([typeof session.discover, typeof session.observe, typeof session.extract]).toEqual(['function', 'function', 'function'])
})

describe('settings', () => {
  test('need no more than the address', () => {
    expect(postgres.settings.parse({ url: 'postgres://a@b/c' })).toEqual({
      url: 'postgres://a@b/c',
      statementTimeout: 10_000,
      connections: 4,
      fullLookEvery: 12,
    })
    expect(problems(postgres.settings, {})).toEqual(['url'])
  })

  test.each([
    ['more than four connections', { connections: 5 }, 'connections'],
    ['a zone that is none', { zone: 'Boston' }, 'zone'],
    ['a timeout that is none', { statementTimeout: 'soon' }, 'statementTimeout'],
  ])('refuse %s', (_, setting, field) => {
    expect(problems(postgres.settings, { url: 'postgres://a@b/c', ...setting })).toEqual([field])
  })
})

describe('settings of an asset', () => {
  test('are all optional', () => {
    expect(postgres.assetSettings.parse({})).toEqual({ clock: 'writtenAt' })
  })

  test.each([
    ['an unknown clock', { column: 'a', clock: 'someAt' }, 'clock'],
    ['one clock fed twice', { column: 'a', clock: 'dataThroughAt', dataThrough: 'b' }, 'dataThrough'],
  ])('refuse %s', (_, setting, field) => {
    expect(problems(postgres.assetSettings, setting)).toEqual([field])
  })

  test('SQL of one’s own is not among them', () => {
    expect(problems(postgres.assetSettings, { column: 'a', filter: 'true' })?.join()).toContain('filter')
  })

  test('both can be described to an editor', () => {
    for (const schema of [postgres.settings, postgres.assetSettings]) {
      expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toMatchObject({ type: 'object' })
    }
  })
})

test('is asked between looks whether it is there, unless somebody says never', () => {
  expect([{}, { pulse: 'never' }].map((written) => postgres.hasPulse?.(written))).toEqual([true, false])
})
