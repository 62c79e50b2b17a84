import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { databaseOf, literal } from './prepare-database.ts'
import { prepareStep } from './prepare-step.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')
const step = (work: () => Promise<{ outcome: 'made'; said: string }>) => prepareStep({ clock }, 'schema', 'shop', work)
const reported = (code: string, message: string) => Object.assign(new Error(message), { code })

describe('one step', () => {
  it('tells how long it took and what was tried', async () => {
    const done = await step(async () => {
      await clock.advance(250)
      return { outcome: 'made', said: '3 tables read' }
    })
    expect(done).toEqual({ kind: 'schema', name: 'shop', outcome: 'made', said: '3 tables read', tookMs: 250 })
  })

  it.each([
    ['42501', 'permission denied for schema shop', 'The account may not do this. (permission denied for schema shop)'],
    ['28P01', 'password authentication failed', 'The server refuses the account or its password. (password authentication failed)'],
  ])('that the server refuses with %s says so in its words and ours', async (code, message, said) => {
    expect(await step(() => Promise.reject(reported(code, message)))).toMatchObject({ outcome: 'failed', said })
  })

  it('that we refuse says why', async () => {
    const refused = new TidemarkError('refused', { publicMessage: 'Somebody granted more than the catalogue says.' })
    expect(await step(() => Promise.reject(refused))).toMatchObject({ outcome: 'failed', said: refused.publicMessage })
  })

  it('that loses the server says that it could not be reached', async () => {
    const said = expect.stringContaining('could not be reached')
    expect(await step(() => Promise.reject(new Error('Connection terminated unexpectedly')))).toMatchObject({ outcome: 'failed', said })
  })
})

describe('what stands in a statement', () => {
  it.each([
    ['secret', "'secret'"],
    ["it's", "'it''s'"],
    ['a\\b', " E'a\\\\b'"],
    ["\\'; drop role x; --", " E'\\\\''; drop role x; --'"],
  ])('of the password %s is no more than the password', (password, written) => {
    expect(literal(password)).toBe(written)
  })

  it('holds no NUL character', () => {
    expect(() => literal('a\0b')).toThrow('NUL')
  })

  it('names the database of an address', () => {
    expect(databaseOf('postgres://loader:x@db.example:5432/lake%20one?sslmode=require')).toBe('lake one')
  })
})
