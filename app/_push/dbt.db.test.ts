import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ARTIFACT_BYTES_MAX } from '#app/_door/inspect-request.ts'
import { ARTIFACTS_MAX } from '#lib/commands/push/accept-artifact.ts'
import { askForLooks } from '#lib/db/push/push-artifacts.ts'
import { catalogOf, runResultsOf, shopManifest, sourcesOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { openPushDoor } from '#lib/testing/push/push-door.ts'

let door: Awaited<ReturnType<typeof openPushDoor>>
const query = (text: string, values: unknown[] = []) => door.world.web.context.whole.query(text, values)
beforeAll(async () => {
  door = await openPushDoor()
})
afterAll(() => door.close())
beforeEach(async () => {
  await query('truncate push_artifact')
  await query("delete from connection_state where kind = 'dbt'")
  await addProject('shop')
})

function addProject(key: string) {
  return query(
    `insert into connection_state (key, kind, probe_every_ms, next_probe_at, settings) values ($1, 'dbt', 300000, '2030-01-01', '{"artifacts": "pushed"}')`,
    [key],
  )
}
const HERE = '/api/v1/dbt'
const push = (body: unknown, path = HERE, headers: Record<string, string> = {}, by = 'pusher') => door.send(path, body, headers, 'POST', by)
const kept = async () => {
  const { rows } = await query('select connection_key, name, invocation_id, sha256, packed from push_artifact order by id')
  return rows
}
const results = (invocation: string, at = '2026-11-29T03:10:00Z') => runResultsOf([], { at, more: { invocation_id: invocation } })

describe('an artifact of dbt', () => {
  it('is kept as it is before it is answered with 201, and known by its invocation when it comes again', async () => {
    const sent = [shopManifest(), results('a'), sourcesOf([]), sourcesOf([], { kind: 'freshness' }), catalogOf({})]
    const answers = await Promise.all([...sent.slice(0, 2)].map((one) => push(one)))
    for (const one of sent.slice(2)) answers.push(await push(one))
    expect(answers.map(({ status, told }) => [status, told])).toEqual(sent.map(() => [201, { stored: 1, known: 0 }]))
    const stored = await kept()
    expect(stored.map(({ name }) => name).sort()).toEqual([
      'catalog.json',
      'freshness.json',
      'manifest.json',
      'run_results.json',
      'sources.json',
    ])
    for (const { packed, sha256 } of stored) expect(createHash('sha256').update(gunzipSync(packed)).digest('hex')).toBe(sha256)
    expect(await push(sent[0])).toMatchObject({ status: 200, told: { stored: 0, known: 1 } })
    expect(await kept()).toHaveLength(5)
  })

  it('may be packed, and of two of one invocation the one counts that was made later', async () => {
    const packed = gzipSync(JSON.stringify(results('a')))
    expect((await push(packed, HERE, { 'content-encoding': 'gzip' })).status).toBe(201)
    expect((await push(results('a', '2026-11-29T03:09:00Z'))).status).toBe(200)
    expect((await push(results('a', '2026-11-29T03:11:00Z'))).status).toBe(201)
    expect(JSON.parse(gunzipSync((await kept())[0].packed).toString()).metadata.generated_at).toBe('2026-11-29T03:11:00Z')
  })

  it('is of the project that is named, which may be left out where there is only one', async () => {
    await addProject('other')
    expect(await push(results('a'))).toMatchObject({ status: 400, told: { problem: expect.stringContaining('?connection=other or shop') } })
    expect((await push(results('a'), `${HERE}?connection=other`)).status).toBe(201)
    expect((await push(results('a'), `${HERE}?connection=lake`)).status).toBe(404)
    expect((await kept()).map(({ connection_key }) => connection_key)).toEqual(['other'])
  })

  it.each([
    ['{"metadata": {"dbt_schema_version"', 400, /ends in the middle/],
    ['{"rows": []}', 400, /no metadata/],
    ['[1, 2]', 400, /no metadata/],
    [{ metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json', generated_at: 'x' } }, 400, /is not a time/],
    [
      {
        metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/semantic-manifest/v1.json', generated_at: '2026-11-29T03:10:00Z' },
      },
      400,
      /semantic-manifest.*and only manifest\.json, .*catalog\.json are read/,
    ],
    [
      { metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v4.json', generated_at: '2026-11-29T03:10:00Z' } },
      400,
      /manifest v4/,
    ],
  ])('%j is refused with %i', async (body, status, words) => {
    const answer = await push(body)
    expect([answer.status, answer.told.problem]).toEqual([status, expect.stringMatching(words)])
    expect(await kept()).toEqual([])
  })

  it('is refused when it is too large, packed or not, and when it is neither JSON nor packed as it says', async () => {
    const tooLarge = gzipSync(Buffer.alloc(ARTIFACT_BYTES_MAX + 1, '{"a":1, '), { level: 1 })
    const answers = [
      await push(gzipSync(Buffer.alloc(ARTIFACT_BYTES_MAX + 10, ' '), { level: 1 }), HERE, { 'content-encoding': 'gzip' }),
      await push(tooLarge, HERE, { 'content-encoding': 'gzip' }),
      await push('{}', HERE, { 'content-encoding': 'gzip' }),
      await push('{}', HERE, { 'content-encoding': 'br' }),
      await push('{}', HERE, { 'content-type': 'text/plain' }),
      await push(''),
    ]
    expect(answers.map(({ status }) => status)).toEqual([413, 400, 400, 415, 415, 400])
    expect(answers[0]?.told.problem).toMatch(/at most 100 MiB/i)
  })

  it('wants a token for that, of somebody who sees all that the connection has', async () => {
    const by = (name: string) => push(results('a'), HERE, {}, name)
    expect((await Promise.all(['nobody', 'reader', 'viewer', 'narrow'].map(by))).map(({ status }) => status)).toEqual([401, 403, 403, 404])
    expect(await kept()).toEqual([])
  })

  it('is taken from nobody who does not see an asset that a job of the connection writes, wherever that lies', async () => {
    const narrow = () => push(results('a'), HERE, {}, 'narrow').then(({ status }) => status)
    await query("update asset set connection_key = 'shop' where subject_id = 4")
    try {
      expect(await narrow()).toBe(201)
      for (const naming of [shopManifest(), catalogOf({})]) {
        const answer = await push(naming, HERE, {}, 'narrow')
        expect(answer).toMatchObject({ status: 403, told: { problem: expect.stringContaining('a token without an audience') } })
      }
      await query("update asset set job = 'shop/nightly' where subject_id = 14")
      expect(await narrow()).toBe(404)
      await query('update asset set job = null where subject_id = 14')
      expect(await narrow()).toBe(200)
      await query(`insert into subject_version values (14, '2026-01-01', '{"feed": "hidden-feed", "policies": [], "job": "shop/nightly"}')`)
      expect(await narrow()).toBe(404)
    } finally {
      await query("delete from subject_version where settings ->> 'job' = 'shop/nightly'")
      await query('update asset set job = null where subject_id = 14')
      await query("update asset set connection_key = 'lake' where subject_id = 4")
    }
  })

  it('waits for a look where too many do, and those that were looked at make room', async () => {
    await query(
      `insert into push_artifact (connection_key, name, invocation_id, generated_at, received_at, token_id, sha256, packed)
       select 'shop', 'run_results.json', i::text, '2026-11-01', '2026-11-01', 't', i::text, '' from generate_series(1, $1) i`,
      [ARTIFACTS_MAX],
    )
    const full = await push(results('a'))
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '60'])
    await query("update connection_state set runs_asked_at = '2026-11-02' where key = 'shop'")
    expect((await push(results('a'))).status).toBe(201)
    expect(await kept()).toHaveLength(20)
  })

  it('has its connection looked at soon, and looked into when it is a manifest or a catalog', async () => {
    await query(
      "insert into discovery (connection_key, every_seconds, next_at) values ('shop', 3600, '2030-01-01') on conflict (connection_key) do update set every_seconds = 3600, next_at = '2030-01-01'",
    )
    const due = async () => {
      await askForLooks(door.world.web.context.whole, Date.parse('2026-11-29T04:00:00Z'))
      const { rows } = await query(
        "select c.next_probe_at < '2027-01-01' as look, d.next_at < '2027-01-01' as discovery from connection_state c join discovery d on d.connection_key = c.key where c.key = 'shop'",
      )
      return rows[0]
    }
    expect(await due()).toEqual({ look: false, discovery: false })
    await push(results('a'))
    expect(await due()).toEqual({ look: true, discovery: false })
    for (const naming of [shopManifest(), catalogOf({})]) {
      await push(naming)
      expect(await due()).toEqual({ look: true, discovery: true })
      await query("update discovery set next_at = '2030-01-01' where connection_key = 'shop'")
      expect(await due()).toEqual({ look: true, discovery: false })
    }
  })
})
