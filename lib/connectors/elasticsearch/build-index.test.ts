import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IndexBuild } from '#lib/connectors/kit/index-build.ts'
import { document, type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'

let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

function build(runId: string, attempt?: number): IndexBuild {
  world.clock.set(world.clock.now() + 1)
  return world.build(runId, attempt)
}
/** Ids that a reader of the alias finds. */
const read = () => world.server.world.behind('prices')?.flatMap((index) => [...(index.visible ?? index.documents).keys()]) ?? null
const indexNames = () => [...world.server.world.indices.keys()].sort()

async function publishAll(runId: string, ids: readonly string[]): Promise<string> {
  const one = build(runId)
  const { name } = await one.begin()
  await one.put(ids.map((id) => document(id)))
  await one.seal(ids.length)
  await one.publish()
  return name
}

describe('a build', () => {
  it('is found by nobody until it is published, then all of it in place of the one before', async () => {
    await publishAll('run-1', ['a', 'b'])
    const next = build('run-2')
    expect(await next.begin()).toMatchObject({ isNew: true, documentsBefore: 2 })
    await next.put([document('b'), document('c'), document('d')])
    expect(read()).toEqual(['a', 'b'])
    await next.seal(3)
    expect(read()).toEqual(['a', 'b'])
    expect([...world.server.world.indices.values()].map(({ isInLog }) => isInLog)).toEqual([false, false])
    await next.publish()
    expect(read()).toEqual(['b', 'c', 'd'])
    await next.publish()
    expect(read()).toEqual(['b', 'c', 'd'])
    expect([...world.server.world.aliases.keys()]).toEqual(['prices'])
  })

  it.each([
    ['2.12.0', true],
    ['3.0.0', true],
    ['2.11.1', false],
    ['1.3.20', false],
  ])('is begun in OpenSearch %s, whose aliases are moved only from where they are: %s', async (version, isBegun) => {
    Object.assign(world.server.behaviour, { distribution: 'opensearch', version })
    const words = await build('run-1')
      .begin()
      .then(() => '', String)
    expect(words).toMatch(isBegun ? /^$/ : /is OpenSearch [\d.]+; an index is built in OpenSearch from 2\.12 on/)
    expect(indexNames()).toHaveLength(isBegun ? 1 : 0)
  })

  it('maps its fields by the types of their columns', async () => {
    const { name } = await build('run-1').begin()
    expect(world.server.world.indices.get(name)?.mappings.properties).toEqual({
      shop: { type: 'keyword' },
      title: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
      price: { type: 'double' },
      seen_at: { type: 'date', format: 'strict_date_optional_time_nanos' },
      day: { type: 'date', format: 'strict_date' },
      more: { type: 'object', enabled: false },
    })
  })

  it.each([
    ['opensearch', 'flattened'],
    ['elasticsearch', 'flat_object'],
  ] as const)('says what %s does not take of a mapping: %s', async (distribution, type) => {
    world.server.behaviour.distribution = distribution
    const one = world.build('run-1', 1, [{ name: 'attrs', type: null, isKey: false, mapping: { type } }])
    await expect(one.begin()).rejects.toMatchObject({
      code: 'refused',
      publicMessage: `Elasticsearch (search) cannot answer about prices: it does not take the mapping of an index: No handler for type ${type} declared on field attrs.`,
    })
    expect(indexNames()).toEqual([])
  })

  it('keeps the one before, and removes older ones unless somebody gave them a name of their own', async () => {
    const first = await publishAll('run-1', ['a'])
    const second = await publishAll('run-2', ['a'])
    world.server.world.create('prices-archive')
    const third = build('run-3')
    const { name } = await third.begin()
    await third.put([document('a')])
    await third.seal(1)
    await third.publish()
    expect(await third.tidy()).toEqual([first])
    expect(indexNames()).toEqual(['prices-archive', name, second].sort())
    world.server.world.addAlias('audit', second)
    const fourth = await publishAll('run-4', ['a'])
    const again = build('run-4')
    expect(await again.begin()).toMatchObject({ name: fourth, isNew: false })
    expect(await again.tidy()).toEqual([])
    expect(indexNames()).toContain(second)
  })

  it('is gone on with by a later attempt, or thrown away and begun anew', async () => {
    const first = await build('run-1').begin()
    const later = build('run-1')
    expect(await later.begin()).toEqual({ name: first.name, isNew: false, documentsBefore: null })
    const anew = await later.begin({ anew: true })
    expect(anew).toMatchObject({ isNew: true })
    expect(indexNames()).toEqual([anew.name])
  })

  it('that a later attempt goes on with takes nothing more from the earlier one, nor is it taken back or thrown away by it', async () => {
    const earlier = build('run-1')
    await earlier.begin()
    await earlier.put([document('a')])
    const later = build('run-1', 2)
    await later.begin()
    await expect(earlier.put([document('b')])).rejects.toMatchObject({ code: 'refused' })
    await expect(earlier.begin()).rejects.toMatchObject({ code: 'fenced' })
    await earlier.drop()
    await expect(earlier.publish()).rejects.toMatchObject({ code: 'conflict' })
    await later.put([document('c')])
    await later.seal(2)
    await later.publish()
    await expect(later.put([document('d')])).rejects.toMatchObject({ code: 'refused' })
    expect(read()).toEqual(['a', 'c'])
  })

  it('that two attempts take at the same time is one’s alone', async () => {
    await build('run-1').begin()
    const [second, third] = [build('run-1', 2), build('run-1', 3)]
    const taken = await Promise.allSettled([second.begin(), third.begin()])
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    await third.begin()
    await expect(second.put([document('a')])).rejects.toMatchObject({ code: expect.stringMatching(/refused|internal/) })
    await third.put([document('b')])
    await third.seal(1)
  })

  it('of another run that never ended is removed by the next one', async () => {
    await build('run-1').begin()
    const { name } = await build('run-2').begin()
    expect(indexNames()).toEqual([name])
  })

  it('that was dropped leaves nothing, and the published one is never dropped', async () => {
    const failed = build('run-1')
    await failed.begin()
    await failed.drop()
    expect(indexNames()).toEqual([])
    const name = await publishAll('run-2', ['a'])
    const again = build('run-2')
    await again.begin()
    await again.drop()
    expect(indexNames()).toEqual([name])
  })

  it('that is late does not take the place of a later one', async () => {
    const late = build('run-1')
    await late.begin()
    await late.put([document('old')])
    await late.seal(1)
    await publishAll('run-2', ['new'])
    await expect(late.publish()).rejects.toMatchObject({ code: 'conflict' })
    expect(read()).toEqual(['new'])
  })

  it('that somebody removed takes nothing more, and no index comes of what is put', async () => {
    const removed = build('run-1')
    const { name } = await removed.begin()
    world.server.world.remove(name)
    await expect(removed.put([document('a')])).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('not there any more'),
    })
    expect(indexNames()).toEqual([])
  })
})

describe('a name that is something else’s', () => {
  it.each([
    ['an index', () => world.server.world.create('prices'), 'there is an index called prices'],
    [
      'a data stream',
      () => {
        world.server.world.create('.ds-prices-1')
        world.server.world.dataStreams.set('prices', ['.ds-prices-1'])
      },
      'is the name of a data stream',
    ],
    [
      'an alias of an index that we did not build',
      () => {
        world.server.world.create('prices-by-hand')
        world.server.world.addAlias('prices', 'prices-by-hand')
      },
      'which Tidemark did not build',
    ],
  ])('is refused in words, and nothing is changed: %s', async (_, make, words) => {
    make()
    const before = indexNames()
    await expect(build('run-1').begin()).rejects.toMatchObject({ code: 'conflict', publicMessage: expect.stringContaining(words) })
    expect(indexNames()).toEqual(before)
  })
})

describe('a build that does not hold what was put', () => {
  it('is not published: rows with one key are one document', async () => {
    const one = build('run-1')
    await one.begin()
    await one.put([document('a'), document('a'), document('b')])
    await expect(one.seal(3)).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringMatching(/holds 2 documents, and 3 should .*same key/),
    })
    expect(read()).toBeNull()
  })

  it('nor where documents came from elsewhere, or only a part can be counted', async () => {
    const one = build('run-1')
    const { name } = await one.begin()
    await one.put([document('a')])
    world.server.world.load(name, [['stranger', {}]])
    await expect(one.seal(1)).rejects.toMatchObject({ publicMessage: expect.stringContaining('nobody put there') })
    world.server.faults.push({ kind: 'shard-failed', path: /_count/, times: 1 })
    await expect(one.seal(2)).rejects.toMatchObject({ retryable: true })
    await one.seal(2)
  })
})
