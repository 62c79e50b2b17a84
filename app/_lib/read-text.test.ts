import { describe, expect, it } from 'vitest'
import { readText } from './read-text.ts'

function post(body: BodyInit | null): Request {
  return new Request('http://localhost/', { method: 'POST', body, ...(body instanceof ReadableStream && { duplex: 'half' }) })
}

describe('a body', () => {
  it('is read as text, whatever pieces it comes in', async () => {
    const bytes = new TextEncoder().encode('{"name":"Größe"}')
    const pieces = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    expect(await readText(post(pieces), 100)).toBe('{"name":"Größe"}')
    expect(await readText(post(null), 100)).toBe('')
  })

  it('is measured in bytes while it is read: what is too long is not taken in to its end', async () => {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1000))
      },
      cancel() {
        cancelled = true
      },
    })
    await expect(readText(post(endless), 10_000)).rejects.toThrow('This order is too long.')
    expect(pulled).toBeLessThan(20)
    expect(cancelled).toBe(true)
    expect(await readText(post('é'.repeat(5)), 10)).toBe('é'.repeat(5))
    await expect(readText(post('é'.repeat(6)), 10)).rejects.toThrow('This order is too long.')
  })
})
