import { describe, expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { departmentWorld } from '#lib/testing/worlds/department-world.ts'

const http = askOnce(httpConnector)

const world = await departmentWorld()
const { other } = world

const read = (request: Record<string, unknown>) =>
  Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), { format: 'json', ...request }))

describe('what is nested without end beside the rows', () => {
  const deep = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`
  const deepMap = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  it.each([deep, deepMap])('reports an error where one would stand', async (value) => {
    for (const key of ['error', 'errors']) {
      other.behave((response) => response.end(`{"${key}":${value},"data":[{"a":1}]}`))
      await expect(read({ records: 'data' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('reports an error') })
    }
    other.behave((response) => response.end(`{"error":${value}}\n`))
    await expect(read({ format: 'ndjson' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('reports an error') })
  })

  it('is no place of a next page, and no total', async () => {
    const request = { records: 'data', paging: { by: 'cursor', next: 'next' } }
    other.behave((response) => response.end(`{"next":${deep},"data":[{"a":1}]}`))
    await expect(read(request)).rejects.toMatchObject({ publicMessage: expect.stringContaining('is not an address') })
    other.behave((response) => response.end(`{"total":${deep},"data":[{"a":1}]}`))
    await expect(read({ records: 'data', total: 'total' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('no number') })
  })

  it('is nobody else’s matter', async () => {
    other.behave((response) => response.end(`{"note":${deep},"data":[{"a":1}]}`))
    expect(await read({ records: 'data' })).toEqual([{ a: 1 }])
  })
})
