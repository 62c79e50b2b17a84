import { describe, expect, it } from 'vitest'
import { movedMemory } from './moved-memory.ts'

const START = 1_000_000

describe('a page that was not listening', () => {
  it('is told what moved since it was made, and a second before, because it was read earlier than it was made', () => {
    const memory = movedMemory(START)
    memory.note(START + 5000, ['feed:a'])
    memory.note(START + 9000, ['feed:b', 'group:x'])
    memory.note(START + 9500, ['group:x'])
    expect(memory.since(START + 4000)).toEqual(['feed:a', 'feed:b', 'group:x'])
    expect(memory.since(START + 9800)).toEqual(['feed:b', 'group:x'])
    expect(memory.since(START + 10_501)).toEqual([])
  })

  it('is told everything when it is older than what is remembered', () => {
    const memory = movedMemory(START)
    expect(memory.since(START - 1)).toEqual(['*'])
    expect(memory.since(0)).toEqual(['*'])
    for (let index = 0; index < 600; index += 1) memory.note(START + 10_000 + index, ['feed:a'])
    expect(memory.since(START + 9000)).toEqual(['*'])
    expect(memory.since(START + 20_000)).toEqual([])
  })
})
