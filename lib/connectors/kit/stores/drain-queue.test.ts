import { expect, it } from 'vitest'
import { drainQueue } from './drain-queue.ts'

/** A queue that hands all of it out in one answer, and what came back. */
function queueOf(...ids: string[]) {
  const back: string[] = []
  const answers = [ids]
  const take = async () =>
    (answers.shift() ?? []).map((id) => ({
      ...{ id, text: id, tries: 1 },
      done: async () => {},
      giveBack: async () => {
        back.push(id)
        if (id === 'lost') throw new Error('the queue is gone')
      },
    }))
  return { back, messages: drainQueue(take) }
}

it('what was taken along goes back when nobody hears it', async () => {
  const { back, messages } = queueOf('1', '2', 'lost', '3', '3')
  for await (const { body } of messages) if (body === 2) break
  expect(back).toEqual(['lost', '3'])
})

it('nothing goes back by itself when all was heard', async () => {
  const { back, messages } = queueOf('1', '2', '2')
  expect((await Array.fromAsync(messages)).map(({ body }) => body)).toEqual([1, 2])
  expect(back).toEqual([])
})
