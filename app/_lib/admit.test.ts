import { describe, expect, it } from 'vitest'
import { type Actor, atTerminal, visitor } from '#lib/domain/access/actor.ts'
import { admit } from './admit.ts'
import type { Context } from './web-process.ts'

const askedBy = (actor: Actor) => ({ actor }) as Context
const thrown = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('a page that takes a right', () => {
  it('is shown to whoever has it', () => {
    const context = askedBy(atTerminal('ada'))
    expect(admit(context, 'admin.read', '/admin/audit')).toBe(context)
  })

  it('sends whom nobody knows to sign in, and back to it from there', () => {
    const error = thrown(() => admit(askedBy(visitor('viewer')), 'admin.read', '/admin/audit?who=ada'))
    expect(error).toMatchObject({ digest: expect.stringContaining('/sign-in?to=%2Fadmin%2Faudit%3Fwho%3Dada') })
  })

  it('is not there for whoever is known and has it not', () => {
    const error = thrown(() => admit(askedBy({ ...atTerminal('eve'), role: 'engineer' }), 'admin.read', '/admin/audit'))
    expect(error).toMatchObject({ digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
  })
})
