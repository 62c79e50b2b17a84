import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginRuntimesWorld, type RuntimesWorld } from '#lib/testing/connectors/snaplogic-runtimes-world.ts'

const TEN = '2026-11-29T10:00:00Z'

let world: RuntimesWorld
beforeEach(async () => {
  world = await beginRuntimesWorld('2026-11-29T12:00:00Z')
})
afterEach(() => world.end())

const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)

describe('a run of SnapLogic that is to be stopped', () => {
  const stop = (id: string) =>
    world.ask(async (session) => session.cancel?.('projects/Admin/load', { externalId: id, key: 'run-1', triedAt: null }))

  it.each([false, true])('where the account may not says so, in the status or in a header alone: %s', async (saysByHeader) => {
    const { id } = world.snaplogic.ran('load', TEN, { state: 'Started' })
    Object.assign(world.snaplogic, { saysByHeader, mayStop: false })
    expect(await wordsOf(stop(id))).toBe(
      `SnapLogic (snaplogic-runtimes) does not let us stop its run ${id} (HTTP 403). Give the account write access to the project of its pipeline. false`,
    )
  })

  it('is told once while it comes to its end', async () => {
    const { id } = world.snaplogic.ran('load', TEN, { state: 'Stopping' })
    expect(await stop(id)).toEqual({ answer: 'told', externalId: id })
    expect(world.snaplogic.requests.filter((line) => line.startsWith('POST'))).toEqual([])
  })

  it.each([false, true])(
    'is not taken for stopped where its status is none, in the answer or in a header alone: %s',
    async (saysByHeader) => {
      const { id } = world.snaplogic.ran('load', TEN, { state: 'Started' })
      Object.assign(world.snaplogic, { saysByHeader, saysNonsense: 'forbidden' })
      expect(await wordsOf(stop(id))).toMatch(/cannot be used: it does not say whether it has stopped the run .* false$/)
    },
  )

  it('is not taken for stopped where a page of the web answers', async () => {
    const { id } = world.snaplogic.ran('load', TEN, { state: 'Started' })
    world.snaplogic.fail({ kind: 'html-page' }, /stop/)
    expect(await wordsOf(stop(id))).toMatch(/cannot be used: it is a web page or XML/)
  })
})
