import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { startS3World } from '#lib/testing/connectors/s3-world.ts'

const world = await startS3World()
const { standIn } = world

afterAll(() => standIn.close())
afterEach(() => {
  standIn.control.clear()
  standIn.queue.messages.length = 0
})

const session = () => world.session({ queue: standIn.queueUrl })
const drain = async () => Array.fromAsync(session().fileMessages())

describe('the messages of a queue', () => {
  it('are told with their bodies, as JSON or as the text they are', async () => {
    standIn.put('landing', 'in/a b+ü.csv', 'hello')
    standIn.queue.send('not JSON')
    const bodies = (await drain()).map(({ body }) => body)
    expect(bodies).toContainEqual('not JSON')
    expect(JSON.stringify(bodies)).toContain('in/a+b%2B%C3%BC.csv')
  })

  it('are all told, however many there are, each once within one call', async () => {
    for (let i = 0; i < 45; i++) standIn.queue.send({ i })
    const told = new Set((await drain()).map(({ body }) => JSON.stringify(body)))
    expect(told.size).toBe(45)
    standIn.control.set('queue-repeats')
    expect(await drain()).toHaveLength(45)
  })

  it('go for good when they are done, and come again later when they are not', async () => {
    standIn.queue.send({ name: 'done' })
    standIn.queue.send({ name: 'back' })
    standIn.queue.send({ name: 'dropped' })
    for (const message of await drain()) {
      expect(message.tries).toBe(1)
      if (JSON.stringify(message.body).includes('done')) await message.done()
      if (JSON.stringify(message.body).includes('back')) await message.giveBack()
    }
    expect(await drain()).toEqual([])
    await world.clock.advance(31_000)
    const again = await drain()
    expect(again.map(({ body, tries }) => [JSON.stringify(body), tries]).sort()).toEqual([
      ['{"name":"back"}', 2],
      ['{"name":"dropped"}', 2],
    ])
    // Each time it stays away longer.
    for (const message of again) await message.giveBack()
    await world.clock.advance(31_000)
    expect(await drain()).toEqual([])
    await world.clock.advance(31_000)
    expect(await drain()).toHaveLength(2)
  })

  it('are asked for again where the queue asks for patience', async () => {
    standIn.queue.send({ a: 1 })
    standIn.control.set('slow-down', 2)
    expect(await drain()).toHaveLength(1)
  })

  it.each([
    ['denied', 'does not let us take messages'],
    ['html-page', 'cannot be used'],
    ['down', 'broke the connection'],
  ] as const)('are not taken for none where the queue cannot be asked: %s', async (fault, words) => {
    standIn.control.set(fault)
    await expect(drain()).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('are not there where there is no such queue', async () => {
    const other = world.session({ queue: standIn.queueUrl.replace('landing', 'nowhere') })
    await expect(Array.fromAsync(other.fileMessages())).rejects.toMatchObject({
      code: 'not-found',
      publicMessage: expect.stringContaining('is not there'),
    })
    expect(world.session().fileMessages).toBeUndefined()
  })

  it('are counted by the check', async () => {
    standIn.queue.send({ a: 1 })
    expect(await session().check()).toMatchObject({ ok: true, detail: expect.stringContaining('about 1 message in the queue') })
  })
})
