import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SearchFault } from '#demo/startup/search.ts'
import elasticsearch from '#lib/connectors/elasticsearch.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'

let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

const check = (settings: Record<string, unknown> = {}) => askOnce(elasticsearch).check(world.connection(settings))

describe('a check', () => {
  it('says what answers, as whom, how the cluster is, and when the key ends', async () => {
    world.server.behaviour.keyEndsAt = Date.parse('2027-01-01T00:00:00Z')
    expect(await check()).toEqual({
      ok: true,
      detail:
        'Elasticsearch 8.15.0, cluster pretend, with the API key tidemark of tidemark. All indices are whole; 0 of their copies have no place.',
      credentialExpiresAt: Date.parse('2027-01-01T00:00:00Z'),
    })
    const { user, password } = world.server
    expect(await check({ apiKey: undefined, user, password })).toMatchObject({
      ok: true,
      detail: expect.stringContaining(', as tidemark.'),
    })
    expect(await check({ apiKey: Buffer.from(world.server.apiKey).toString('base64') })).toMatchObject({ ok: true })
  })

  it('knows OpenSearch, which tells less of the account', async () => {
    world.server.behaviour.distribution = 'opensearch'
    expect(await check()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^OpenSearch 2\.19\.6, cluster pretend\. /),
      credentialExpiresAt: null,
    })
  })

  it('says that parts of indices are missing, or that the account may not see it', async () => {
    world.server.world.create('prices').shards = { total: 2, failed: 1 }
    expect(await check()).toMatchObject({ ok: true, detail: expect.stringContaining('The cluster is red') })
    world.server.faults.push({ kind: 'forbidden', path: /_cluster|_security/ })
    expect(await check()).toMatchObject({
      ok: true,
      detail: expect.stringContaining('may not see how the cluster is'),
      credentialExpiresAt: null,
    })
  })

  it('does not take another service for one', async () => {
    world.server.behaviour.distribution = 'something else'
    expect(await check()).toMatchObject({ ok: false, detail: expect.stringContaining('neither Elasticsearch nor OpenSearch') })
  })

  it.each([
    ['html-page', 'a web page'],
    ['not-json', 'not JSON'],
    ['cut-body', 'broke the connection'],
    ['unavailable', 'HTTP 503'],
    ['no-leader', 'no leader'],
    ['too-many-requests', 'come back later'],
    ['restart', 'broke the connection'],
  ] satisfies [SearchFault['kind'], string][])('says in words why it did not get in: %s', async (kind, words) => {
    world.server.faults.push({ kind })
    expect(await check()).toMatchObject({ ok: false, detail: expect.stringContaining(words) })
    world.server.faults.splice(0)
    expect(await check()).toMatchObject({ ok: true })
  })

  it('is refused with a wrong key, which stands in no word', async () => {
    const health = await check({ apiKey: 'stranger:hush-hush' })
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining('refused the credentials') })
    expect(JSON.stringify(health)).not.toContain('hush')
  })
})

describe('settings', () => {
  const url = 'https://search.example.edu:9200'
  it.each([
    ['a password alone', { url, password: 'p' }, 'user'],
    ['a key and a user', { url, apiKey: 'a:b', user: 'u', password: 'p' }, 'user'],
    ['a user in the address', { url: 'https://u:p@search.example.edu' }, 'url'],
  ])('are refused: %s', (_, written, at) => {
    expect(elasticsearch.settings.safeParse(written).error?.issues).toMatchObject([{ path: [at] }])
  })

  it.each(['prices*', 'a,b', 'Prices', '', '_all', 'remote:prices', 'a/b', '-x'])('an asset cannot be called %s', (path) => {
    expect(elasticsearch.refuseAsset?.({ path, settings: {} })).toMatchObject({ problem: expect.stringContaining('name') })
    expect(elasticsearch.refuseAsset?.({ path: 'prices-2026.11', settings: {} })).toBeNull()
  })

  it.each([
    [{ where: 'a:b' }, 'where'],
    [{ dataThrough: 'b' }, 'dataThrough'],
    [{ field: 'a', dataThrough: 'b' }, 'dataThrough'],
  ])('of an asset that do not go together are refused: %o', (written, at) => {
    expect(elasticsearch.assetSettings.safeParse(written).error?.issues[0]).toMatchObject({ path: [at] })
  })
})
