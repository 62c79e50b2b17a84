import { beforeEach, describe, expect, it } from 'vitest'
import type { OverviewKey } from '#app/_lib/overview-key.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { deferred, FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { createSnapshots, type OverviewForm, type Snapshot, type Snapshots } from './snapshots.ts'

const clock = new FakeClock('2026-11-29T06:00:00Z')
const everything = () => true

interface Rendering {
  key: OverviewKey
  form: OverviewForm
  done: ReturnType<typeof deferred<Snapshot>>
}

let renderings: Rendering[]
let failures: unknown[]
let snapshots: Snapshots

beforeEach(() => {
  clock.set('2026-11-29T06:00:00Z')
  renderings = []
  failures = []
  snapshots = createSnapshots({
    clock,
    render: (key, form) => {
      const done = deferred<Snapshot>()
      renderings.push({ key, form, done })
      return done.promise
    },
    onFailure: (error) => failures.push(error),
  })
})

const made = (name: string): Snapshot => ({ headers: {}, etag: name, plain: Buffer.from(name), gzip: Buffer.from(name) })

/** Lets the rendering under way be done; how many there were until then. */
async function finish(name: string): Promise<number> {
  await turns()
  renderings.at(-1)?.done.resolve(made(name))
  await turns()
  return renderings.length
}

const read = async (key: OverviewKey = 'public', form: OverviewForm = 'document') => (await snapshots.read(key, form)).etag

/** Reads, and lets it be made. */
async function readMade(name: string, key: OverviewKey = 'public', form: OverviewForm = 'document'): Promise<void> {
  const reading = read(key, form)
  await finish(name)
  expect(await reading).toBe(name)
}

describe('a snapshot', () => {
  it('is made once for all who come first, and kept', async () => {
    const readers = Array.from({ length: 50 }, () => read())
    expect(await finish('a')).toBe(1)
    expect(new Set(await Promise.all(readers))).toEqual(new Set(['a']))
    expect(await read()).toBe('a')
    expect(renderings).toHaveLength(1)
  })

  it('is one for each audience and form', async () => {
    await readMade('public')
    await readMade('finance', 'member:finance')
    await readMade('update', 'member:finance', 'update')
    expect([await read(), await read('member:finance'), await read('member:finance', 'update')]).toEqual(['public', 'finance', 'update'])
    expect(renderings.map(({ key, form }) => `${key} ${form}`)).toEqual([
      'public document',
      'member:finance document',
      'member:finance update',
    ])
    expect(snapshots.keys()).toEqual(['public', 'member:finance'])
  })

  it('whose rendering fails fails for all who wait for it, and the next reader tries again', async () => {
    const readers = [read(), read()]
    await turns()
    renderings[0]?.done.reject(new Error('no'))
    expect((await Promise.allSettled(readers)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await readMade('b')
    expect(failures).toEqual([])
  })
})

describe('of many that are asked for', () => {
  it('two are made at once, the next when one is done or has failed; one that waits is made once and shows what changed meanwhile', async () => {
    const keys: OverviewKey[] = ['public', 'admin', 'member:finance', 'member:housing']
    const readings = keys.map((key) => read(key).catch(() => 'failed'))
    await turns()
    expect(renderings.map(({ key }) => key)).toEqual(['public', 'admin'])
    const renewed = snapshots.outdate((key) => key === 'member:finance')
    renderings[1]?.done.reject(new Error('no'))
    await turns()
    expect(renderings.map(({ key }) => key)).toEqual(['public', 'admin', 'member:finance'])
    await finish('c')
    await finish('d')
    renderings[0]?.done.resolve(made('a'))
    await renewed
    expect(await Promise.all(readings)).toEqual(['a', 'failed', 'c', 'd'])
    expect([await read('member:finance'), renderings.length]).toEqual(['c', 4])
  })
})

describe('when what it shows has changed, a snapshot', () => {
  it('is made anew at once while somebody reads it, and until then readers wait for the new one', async () => {
    await readMade('a')
    const renewed = snapshots.outdate(everything)
    const reading = read()
    expect(await finish('b')).toBe(2)
    expect(await reading).toBe('b')
    await renewed
    expect(renderings).toHaveLength(2)
  })

  it('is not rendered for every change while nobody comes: the next half minute or the next reader has it made', async () => {
    await readMade('a')
    const renewed = snapshots.outdate(everything)
    await finish('b')
    await renewed
    for (let change = 0; change < 10; change += 1) await snapshots.outdate(everything)
    expect(renderings).toHaveLength(2)
    const tended = snapshots.tend()
    expect(await finish('c')).toBe(3)
    await tended
    expect([await read(), renderings.length]).toEqual(['c', 3])
  })

  it('of others is left as it is', async () => {
    await readMade('a', 'member:finance')
    await snapshots.outdate((key) => key === 'public')
    expect(await read('member:finance')).toBe('a')
    expect(renderings).toHaveLength(1)
  })

  it('that nobody has read for five minutes waits for its next reader', async () => {
    await readMade('a')
    clock.set(clock.now() + 5 * MINUTE_MS)
    await snapshots.outdate(everything)
    expect(renderings).toHaveLength(1)
    await readMade('b')
  })

  it('that is being made is shown to who waits for it, and made once more for who comes later', async () => {
    const early = read()
    await turns()
    const renewed = snapshots.outdate(everything)
    const late = read()
    await turns()
    expect(renderings).toHaveLength(1)
    await finish('old')
    expect(await early).toBe('old')
    expect(await finish('new')).toBe(2)
    expect(await late).toBe('new')
    await renewed
    expect(await read()).toBe('new')
  })

  it('is never outdated for longer than two renderings, however often it changes', async () => {
    const early = read()
    await turns()
    const renewals = Array.from({ length: 10 }, () => snapshots.outdate(everything))
    const late = read()
    await finish('old')
    expect(await finish('new')).toBe(2)
    expect([await early, await late, await read()]).toEqual(['old', 'new', 'new'])
    await Promise.all(renewals)
    expect(renderings).toHaveLength(2)
  })

  it('is never shown again although the new one cannot be made', async () => {
    await readMade('a')
    const renewed = snapshots.outdate(everything)
    await turns()
    renderings[1]?.done.reject(new Error('no'))
    await renewed
    expect(failures).toEqual([new Error('no')])
    await readMade('b')
  })

  it('is made one after the other for all audiences', async () => {
    await readMade('a')
    await readMade('b', 'member:finance')
    const renewed = snapshots.outdate(everything)
    await turns()
    expect(renderings).toHaveLength(3)
    await finish('c')
    expect(await finish('d')).toBe(4)
    await renewed
    expect([await read(), await read('member:finance')]).toEqual(['c', 'd'])
  })
})

describe('as time passes, a snapshot', () => {
  it('is shown for a minute, once more while the next is made, and after two minutes no more', async () => {
    await readMade('a')
    clock.set(clock.now() + MINUTE_MS)
    expect([await read(), renderings.length]).toEqual(['a', 1])
    clock.set(clock.now() + SECOND_MS)
    expect([await read(), await read()]).toEqual(['a', 'a'])
    expect(await finish('b')).toBe(2)
    expect(await read()).toBe('b')
    clock.set(clock.now() + 2 * MINUTE_MS + 1)
    await readMade('c')
  })

  it('is shown until then when the next cannot be made', async () => {
    await readMade('a')
    clock.set(clock.now() + MINUTE_MS + 1)
    await read()
    await turns()
    renderings[1]?.done.reject(new Error('no'))
    await turns()
    expect([await read(), failures]).toEqual(['a', [new Error('no')]])
  })

  it('is made anew every half minute while somebody reads the document; what open pages ask for waits for them', async () => {
    await readMade('a')
    await readMade('b', 'public', 'update')
    clock.set(clock.now() + 30 * SECOND_MS)
    const tended = snapshots.tend()
    expect(await finish('c')).toBe(3)
    await tended
    expect([await read(), renderings.at(-1)?.form]).toEqual(['c', 'document'])
  })

  it('is let go when nobody has read it for five minutes', async () => {
    await readMade('a')
    await readMade('b', 'member:finance')
    clock.set(clock.now() + 4 * MINUTE_MS)
    await readMade('c')
    clock.set(clock.now() + MINUTE_MS)
    const tended = snapshots.tend()
    await finish('d')
    await tended
    expect(snapshots.keys()).toEqual(['public'])
    await readMade('e', 'member:finance')
  })

  it('makes room for others when there are more than there can be audiences', async () => {
    for (let index = 0; index < 30; index += 1) await readMade(`${index}`, `member:a${index}`)
    expect(snapshots.keys()).toHaveLength(22)
    expect(snapshots.keys()[0]).toBe('member:a8')
  })
})
