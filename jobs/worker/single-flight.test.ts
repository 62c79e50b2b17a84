import { describe, expect, it } from 'vitest'
import { deferred, turns } from '#lib/testing/clock/fake-clock.ts'
import { singleFlight } from './single-flight.ts'

describe('a single flight', () => {
  it('runs once more for any number of calls while it runs', async () => {
    const gates = [deferred(), deferred()]
    let runs = 0
    const flight = singleFlight(
      () => gates[runs++]?.promise ?? Promise.resolve(),
      () => {},
    )
    flight.trigger()
    flight.trigger()
    flight.trigger()
    await turns()
    expect(runs).toBe(1)
    gates[0]?.resolve()
    await turns()
    expect(runs).toBe(2)
    gates[1]?.resolve()
    await flight.idle()
    expect(runs).toBe(2)
  })

  it('goes on after an error', async () => {
    const errors: unknown[] = []
    let runs = 0
    const flight = singleFlight(
      async () => {
        runs++
        throw new Error('no database')
      },
      (error) => errors.push(error),
    )
    flight.trigger()
    await flight.idle()
    flight.trigger()
    await flight.idle()
    expect(runs).toBe(2)
    expect(errors).toHaveLength(2)
  })
})
