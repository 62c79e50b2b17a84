import { describe, expect, it } from 'vitest'
import { sniffStart } from './sniff.ts'

function counted(...texts: string[]) {
  const state = { taken: 0, closed: false }
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (const text of texts) {
        state.taken += 1
        yield Buffer.from(text)
      }
    } finally {
      state.closed = true
    }
  }
  return { state, source: source() }
}

const whole = async (chunks: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(chunks)).toString()

describe('the beginning of an answer', () => {
  it('is known before the rest is asked for, and stays in front of it', async () => {
    const { state, source } = counted('\n ', ' <ht', 'ml>', 'rest')
    const { start, chunks } = await sniffStart(source, 1)
    expect([start, state.taken]).toEqual(['<', 2])
    expect(await whole(chunks)).toBe('\n  <html>rest')
  })

  it('is all there is when the answer is shorter', async () => {
    const { source } = counted('{}')
    const { start, chunks } = await sniffStart(source, 64)
    expect([start, await whole(chunks)]).toEqual(['{}', '{}'])
    const empty = await sniffStart(counted().source, 5)
    expect([empty.start, await whole(empty.chunks)]).toEqual(['', ''])
  })

  it('closes the source with it, also when nothing more was read', async () => {
    const { state, source } = counted('<html>', 'rest')
    const { chunks } = await sniffStart(source, 1)
    await chunks.return()
    expect(state).toEqual({ taken: 1, closed: true })
  })
})
