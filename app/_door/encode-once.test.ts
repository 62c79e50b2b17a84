import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { encodeOnce } from './encode-once.ts'

test('a long answer that many get is made into bytes once, and arrives as it is', async () => {
  const sent: unknown[] = []
  const pages = ['á'.repeat(150_000), 'á'.repeat(150_000), 'b'.repeat(150_000), 'short']
  const server = createServer((_request, response) => {
    const end = response.end as (...args: unknown[]) => typeof response
    response.end = (chunk?: unknown, ...rest: unknown[]) => {
      sent.push(chunk)
      return end.call(response, chunk, ...rest)
    }
    encodeOnce(response)
    response.end(pages[sent.length], 'utf8')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const page of pages) expect(await (await fetch(url)).text()).toBe(page)
  expect(sent[0]).toBeInstanceOf(Buffer)
  expect(sent[1]).toBe(sent[0])
  expect(sent[2]).not.toBe(sent[0])
  expect(sent[3]).toBe('short')
})
