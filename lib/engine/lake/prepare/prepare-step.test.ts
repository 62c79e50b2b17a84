import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { databaseOf } from './prepare-database.ts'
import { prepareStep } from './prepare-step.ts'
import { passwordInSql } from './role-password.ts'

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
  it('is of a password what the server keeps of it, and never the password', () => {
    // The example that RFC 7677 gives of its own algorithm.
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
    expect(passwordInSql('pencil', salt)).toBe(
      "'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='",
    )
    expect(passwordInSql("it's a secret")).not.toContain('a secret')
  })

  it.each([
    ["ü's", "'ü''s'"],
    ['ü\\b', " E'ü\\\\b'"],
    ["ü\\'; drop role x; --", " E'ü\\\\''; drop role x; --'"],
  ])('of the password %s is no more than the password', (password, written) => {
    expect(passwordInSql(password)).toBe(written)
  })

  it('holds no NUL character', () => {
    expect(() => passwordInSql('a\0b')).toThrow('NUL')
  })

  it('names the database of an address', () => {
    expect(databaseOf('postgres://loader:x@db.example:5432/lake%20one?sslmode=require')).toBe('lake one')
  })
})
