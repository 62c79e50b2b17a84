import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { NOW, SCHEDULERS, type Scheduler } from '#lib/testing/connectors/cancelling-schedulers.ts'

describe.each(SCHEDULERS)('a run of %s', (_, begin) => {
  let system: Scheduler
  let externalId: string
  let triedAt: number | null

  beforeEach(async () => {
    system = await begin()
    triedAt = null
    const noteTry = async (mayHaveBegun: boolean) => {
      triedAt = mayHaveBegun ? Date.parse(NOW) : null
    }
    const wanted: WantedJobRun = { parameters: {}, key: 'run-1', since: null, triedAt: null, noteTry }
    const started = await system.ask(async (session) => session.start?.(system.job, wanted))
    externalId = started?.externalId ?? 'none'
    system.begun()
  })
  afterEach(() => system.end())

  const cancel = (own: { externalId?: string | null; key?: string } = {}) =>
    system.ask(async (session) => session.cancel?.(system.job, { externalId, key: 'run-1', triedAt, ...own }))

  it('is told to stop, and asking again changes nothing', async () => {
    expect(await cancel()).toEqual({ answer: 'told', externalId })
    expect(system.stands()).toBe(system.isCancelled)
    expect((await cancel())?.answer).toMatch(/told|over/)
    expect(system.cancels()).toBe(1)
  })

  it('is found by the key of its wish where nobody heard what it is called', async () => {
    if (system.keepsNoList === true) {
      const words = /without saying which: it keeps no list of them, so it can be cancelled there alone/
      await expect(cancel({ externalId: null })).rejects.toMatchObject({ retryable: false, publicMessage: expect.stringMatching(words) })
      triedAt = null
      expect(await cancel({ externalId: null })).toEqual({ answer: 'none', externalId: null })
      return
    }
    expect(await cancel({ externalId: null })).toEqual({ answer: 'told', externalId })
    expect(system.stands()).toBe(system.isCancelled)
  })

  it('keeps its end where it had ended already', async () => {
    system.ended()
    const before = system.stands()
    expect(await cancel()).toEqual({ answer: 'over', externalId })
    expect(system.stands()).toBe(before)
    expect(system.cancels()).toBe(0)
  })

  it('that nobody knows is none', async () => {
    if (system.keepsNoKey !== true) expect(await cancel({ externalId: null, key: 'another' })).toEqual({ answer: 'none', externalId: null })
    system.forget()
    expect(await cancel()).toEqual({ answer: 'none', externalId: null })
    if (system.keepsNoList !== true) expect(await cancel({ externalId: null })).toEqual({ answer: 'none', externalId: null })
  })

  it('is not cancelled on a guess where somebody else has begun another since, and ours was not heard of', async () => {
    if (system.another === undefined) return
    system.ended()
    system.another()
    const words = /has begun 2 runs of .* since it was asked for one, and does not say which that is: it can be cancelled there alone/
    await expect(cancel({ externalId: null })).rejects.toMatchObject({ retryable: false, publicMessage: expect.stringMatching(words) })
    expect([system.cancels(), await cancel()]).toEqual([0, { answer: 'over', externalId }])
  })

  it('that ends well while it is told to stop has ended well', async () => {
    if (system.endsMeanwhile === undefined) return
    system.endsMeanwhile()
    expect((await cancel())?.answer).toMatch(/told|over/)
    const told = await system.ask((session) => Array.fromAsync(session.runs?.(Date.parse(NOW)) ?? []))
    expect(told).toMatchObject([{ externalId, state: 'completed', error: null }])
  })

  it('that is deleted while it is told to stop is there no more', async () => {
    if (system.goesMeanwhile === undefined) return
    system.goesMeanwhile()
    expect(await cancel()).toEqual({ answer: 'none', externalId: null })
  })

  it('whose system is asked too often is cancelled as soon as that wants to be asked again', async () => {
    system.fail({ kind: 'too-many', retryAfter: '7' })
    expect(await cancel()).toEqual({ answer: 'told', externalId })
    expect(system.stands()).toBe(system.isCancelled)
  })

  it('that we may not cancel says what right is missing, and that another try does not help', async () => {
    system.forbid()
    await expect(cancel()).rejects.toMatchObject({ retryable: false, publicMessage: expect.stringMatching(/HTTP 40[34]\)?\. (Give|Let) /) })
    expect(system.stands()).not.toBe(system.isCancelled)
  })

  it.each(['server-error', 'cut-off'] as const)('is cancelled by another try where the answer was %s', async (kind) => {
    system.fail({ kind })
    await cancel().catch((error) => expect(error).toMatchObject({ retryable: true }))
    expect((await cancel())?.answer).toMatch(/told|over/)
    expect(system.stands()).toBe(system.isCancelled)
  })
})
