import { expect, it } from 'vitest'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { type ReadingPlace, ReadingPlaces, TakenAway, WAITED_MAX_MS } from './reading-places.ts'

const START = '2026-11-29T03:10:00Z'
const SHARE_MS = WAITED_MAX_MS / 3

/** A sender that brings a byte now and then, until it is told to stop. */
function trickle(clock: FakeClock) {
  let isOver = false
  async function* bytes() {
    while (!isOver) {
      await clock.sleep(SHARE_MS)
      yield new Uint8Array(1)
    }
  }
  return {
    bytes: bytes(),
    stop: () => {
      isOver = true
    },
  }
}

function placeIn(places: ReadingPlaces, clock: FakeClock): ReadingPlace {
  const place = places.take(clock)
  if (place === null) throw new Error('no place is to be had')
  return place
}

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of bytes) length += chunk.length
  return length
}

it('slow senders hold the places only until somebody else comes, the slowest gives its place first', async () => {
  const clock = new FakeClock(START)
  const places = new ReadingPlaces(2)
  const read = () => {
    const told = readAll(placeIn(places, clock).read(trickle(clock).bytes)).then(
      (length) => `${length} bytes`,
      (error: unknown) => (error instanceof TakenAway ? 'taken away' : 'another error'),
    )
    const seen = { told: 'reading' }
    void told.then((words) => Object.assign(seen, { told: words }))
    return seen
  }
  const first = read()
  await clock.advance(SHARE_MS)
  const second = read()
  expect(places.take(clock)).toBeNull()
  await clock.advance(2 * SHARE_MS - 1)
  expect(places.take(clock)).toBeNull()
  await clock.advance(1)
  expect(places.take(clock)).not.toBeNull()
  await turns()
  expect([first.told, second.told]).toEqual(['taken away', 'reading'])
  expect(places.take(clock)).toBeNull()
  await clock.advance(SHARE_MS)
  expect(places.take(clock)).not.toBeNull()
  await turns()
  expect(second.told).toBe('taken away')
})

it('a sender that is never waited for keeps its place however long it is read and stored', async () => {
  const clock = new FakeClock(START)
  const places = new ReadingPlaces(1)
  const place = placeIn(places, clock)
  async function* quick() {
    yield new Uint8Array(7)
    yield new Uint8Array(5)
  }
  const lengths: number[] = []
  for await (const chunk of place.read(quick())) {
    lengths.push(chunk.length)
    await clock.advance(10 * WAITED_MAX_MS)
    expect(places.take(clock)).toBeNull()
  }
  await clock.advance(10 * WAITED_MAX_MS)
  expect(places.take(clock)).toBeNull()
  place.end()
  expect(lengths).toEqual([7, 5])
  expect(places.take(clock)).not.toBeNull()
})

it('slow senders that nobody stands in line behind are read to their end', async () => {
  const clock = new FakeClock(START)
  const sender = trickle(clock)
  const read = readAll(placeIn(new ReadingPlaces(1), clock).read(sender.bytes))
  await clock.advance(20 * WAITED_MAX_MS)
  sender.stop()
  await clock.advance(SHARE_MS)
  expect(await read).toBe(61)
})
