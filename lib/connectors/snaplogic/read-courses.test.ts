import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { readCourses } from './read-courses.ts'
import { snapLogicSettings } from './settings.ts'

let server: Server
let body = ''
let asked = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    asked = request.url ?? ''
    response.setHeader('content-type', 'application/json').end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.close()
})

async function read(answer: string): Promise<string[]> {
  body = answer
  const address = server.address()
  const settings = snapLogicSettings.parse({
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/feed/My%20Task`,
    key: 'k',
    csEnv: 'tst',
  })
  const connection = { key: 's', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
  const records = await Array.fromAsync(readCourses(connection, '2267'))
  return records.map((record) => (record.kind === 'course' ? `${record.termDetails} ${record.text}` : 'dropped'))
}

describe('the answer of the course task', () => {
  it('is asked for by term and environment', async () => {
    expect(await read('[]')).toEqual([])
    expect(asked).toBe('/feed/My%20Task?term=2267&csEnv=tst')
  })

  it('may name the term details after the courses, or not at all, or as null', async () => {
    expect(await read('[{"courses":[{"a":1}],"termDetails":{"t":1}}]')).toEqual(['{"t":1} {"a":1}'])
    expect(await read('[{"courses":[{"a":1}]},{"termDetails":null,"courses":[{"b":1}]}]')).toEqual(['null {"a":1}', 'null {"b":1}'])
    expect(await read('[{"termDetails":{"t":1},"courses":null},{"termDetails":{"t":1}}]')).toEqual([])
  })

  it('may hold empty objects and other things that are no courses; they are counted', async () => {
    expect(await read('[{},null,3,{"termDetails":{"t":1},"courses":[{},null,{ },{"a":1}]}]')).toEqual([
      'dropped',
      'dropped',
      'dropped',
      'dropped',
      'dropped',
      'dropped',
      '{"t":1} {"a":1}',
    ])
  })

  it.each([
    ['[{"error":"Failed","reason":"because","status":503}]', true],
    ['[{"termDetails":{"t":1},"courses":[]},{"error":"Failed","resolution":"x"}]', false],
    ['[{"http_status_code":429,"msg":"slow down"}]', true],
    ['{"response_map":{"error_list":[]},"http_status_code":500}', true],
    ['[{"statusCode":"404"}]', false],
  ])('may report an error of its pipeline: %s', async (answer, retryable) => {
    await expect(read(answer)).rejects.toMatchObject({
      code: 'unavailable',
      retryable,
      publicMessage: expect.stringContaining('reports an error instead of courses'),
    })
  })

  it.each(['{}', '{"a":1}', '"text"', '[[1]]', '[{"courses":{"a":1}}]', '[{"courses":"x"}]', 'null'])(
    'is refused when it is something else: %s',
    async (answer) => {
      await expect(read(answer)).rejects.toMatchObject({ code: 'refused' })
    },
  )

  it('is cut off when it ends early, even if the connection ended well', async () => {
    await expect(read('[{"termDetails":{"t":1},"courses":[{"a":1}')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await expect(read('')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })
})
