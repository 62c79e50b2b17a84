import { expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { signInRoom } from './sign-in-room.ts'

it('looks at twenty tries at once, then at five in a second, and after a quiet while at twenty again', () => {
  const clock = new FakeClock(Date.UTC(2026, 10, 20, 12))
  const hasRoom = signInRoom(clock)
  const admitted = (tries: number) => Array.from({ length: tries }, hasRoom).filter(Boolean).length
  expect(admitted(100)).toBe(20)
  clock.set(clock.now() + 199)
  expect(admitted(100)).toBe(0)
  clock.set(clock.now() + 1)
  expect(admitted(100)).toBe(1)
  clock.set(clock.now() + 1000)
  expect(admitted(100)).toBe(5)
  clock.set(clock.now() - 60_000)
  expect(admitted(100)).toBe(0)
  clock.set(clock.now() + 3_600_000)
  expect(admitted(100)).toBe(20)
})
