import { describe, expect, it } from 'vitest'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { PROBES_AT_ONCE, ProbeTurns } from './probe-turns.ts'

const at = (seconds: number) => seconds * SECOND_MS

/** Probes of these connections that have been silent: the turns of those that may go on, by name. */
function silentOnes(turns: ProbeTurns, names: readonly string[], isAlive = false) {
  const held = new Map<string, { end(hasProbed: boolean): void }>()
  for (const name of names) {
    const turn = turns.begin(name, isAlive, at(0))
    if (turn?.goOnSilent(at(30))) held.set(name, turn)
    else turn?.end(false)
  }
  return held
}

describe('turns of probes that hang', () => {
  it('are three for connections that let nobody in, and a fourth for one that did', () => {
    const turns = new ProbeTurns()
    expect([...silentOnes(turns, ['a', 'b', 'c', 'd', 'e']).keys()]).toEqual(['a', 'b', 'c'])
    expect([...silentOnes(turns, ['slow', 'slower'], true).keys()]).toEqual(['slow'])
  })

  it('are four for connections that let us in', () => {
    expect([...silentOnes(new ProbeTurns(), ['a', 'b', 'c', 'd', 'e'], true).keys()]).toEqual(['a', 'b', 'c', 'd'])
  })

  it('are held for as long as the probe goes on, however often it is silent', () => {
    const turns = new ProbeTurns()
    const a = turns.begin('a', false, at(0))
    expect([30, 60, 90].map((seconds) => a?.goOnSilent(at(seconds)))).toEqual([true, true, true])
    expect([...silentOnes(turns, ['b', 'c', 'd']).keys()]).toEqual(['b', 'c'])
  })

  it('go to whoever was put back first, and nobody begins before', () => {
    const turns = new ProbeTurns()
    const held = silentOnes(turns, ['a', 'b', 'c', 'd', 'e'])
    expect(turns.begin('e', false, at(31))).toBeNull()
    held.get('b')?.end(true)
    expect(turns.begin('e', false, at(32))).toBeNull()
    expect(turns.begin('d', false, at(33))?.goOnSilent(at(63))).toBe(true)
    expect(turns.begin('e', false, at(34))).toBeNull()
  })

  it('pass over one in the line that does not ask any more', () => {
    const turns = new ProbeTurns()
    const held = silentOnes(turns, ['a', 'b', 'c', 'd', 'e'])
    held.get('b')?.end(true)
    expect(turns.begin('e', false, at(60))).toBeNull()
    expect(turns.begin('e', false, at(61))).not.toBeNull()
  })

  it('come to one that let us in before those that did not, however long these wait', () => {
    const turns = new ProbeTurns()
    const held = silentOnes(turns, ['a', 'b', 'c', 'd'])
    const slow = silentOnes(turns, ['slow', 'slower'], true)
    slow.get('slow')?.end(true)
    held.get('a')?.end(true)
    expect(turns.begin('slower', true, at(40))).not.toBeNull()
    expect(turns.begin('d', false, at(41))).not.toBeNull()
  })

  it('are not asked for by a connection whose last probe was quick', () => {
    const turns = new ProbeTurns()
    const held = silentOnes(turns, ['a', 'b', 'c'])
    held.get('a')?.end(true)
    turns.begin('a', false, at(40))?.end(true)
    silentOnes(turns, ['d'])
    expect(turns.begin('a', false, at(50))).not.toBeNull()
  })

  it('are asked for again by one whose probe did not come to an end', () => {
    const turns = new ProbeTurns()
    silentOnes(turns, ['a', 'b', 'c']).get('a')?.end(true)
    turns.begin('a', false, at(40))?.end(false)
    silentOnes(turns, ['d'])
    expect(turns.begin('a', false, at(50))).toBeNull()
  })
})

it('connections that let nobody in leave a quarter of the places to the others', () => {
  const turns = new ProbeTurns()
  const begun = (isAlive: boolean) =>
    Array.from({ length: PROBES_AT_ONCE }, (_, n) => turns.begin(`${isAlive}/${n}`, isAlive, at(0))).filter((turn) => turn !== null)
  const dead = begun(false)
  expect(dead).toHaveLength(12)
  expect(begun(true)).toHaveLength(PROBES_AT_ONCE)
  dead[0]?.end(true)
  expect(turns.begin('another', false, at(1))).not.toBeNull()
})
