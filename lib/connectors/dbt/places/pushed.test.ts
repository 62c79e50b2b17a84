import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import dbt from '#lib/connectors/dbt.ts'
import type { PushedFile, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { bytesOf, catalogOf, manifestOf, runResultsOf, SHOP, shopManifest, sourcesOf } from '#lib/testing/connectors/dbt-artifacts.ts'

let files: PushedFile[]
let clock: FakeClock
beforeEach(() => {
  files = []
  clock = new FakeClock('2026-11-29T12:00:00Z')
})

function push(name: string, at: string, content: unknown): void {
  const sha256 = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  files.push({ name, madeAt: Date.parse(at), sha256, open: () => bytesOf(content) })
  files.sort((a, b) => b.madeAt - a.madeAt)
}
const pushManifest = (at: string) => push('manifest.json', at, shopManifest(at))
const pushResults = (at: string, ids: string[], invocation = at) =>
  push(
    'run_results.json',
    at,
    runResultsOf(
      ids.map((id) => ({ id })),
      { at, more: { invocation_id: invocation } },
    ),
  )

function ask<T>(
  question: (session: Session) => Promise<T>,
  pushed: (() => Promise<PushedFile[]>) | undefined = async () => files,
): Promise<T> {
  const settings = dbt.settings.parse({ artifacts: 'pushed' })
  const connection = { key: 'shop', settings, clock, log: silentLog, signal: new AbortController().signal }
  return withSession(dbt, { ...connection, ...(pushed !== undefined && { pushed }) }, question)
}
const look = async (path: string, previous: Record<string, unknown> | null = null) => {
  const asset = { key: `shop/${path}`, path, settings: {}, previous }
  const [seen] = await ask((session) => Array.fromAsync(session.observe?.([asset]) ?? []))
  return seen
}
const loadedAt = async (path: string) => {
  const seen = await look(path)
  return seen?.ok ? new Date(seen.readings[0]?.at ?? 0).toISOString().slice(11, 16) : seen?.publicMessage
}

describe('what jobs of dbt push', () => {
  it('counts by when it was made, whatever came last: an old manifest never takes the place of a newer one', async () => {
    pushManifest('2026-11-29T03:00:00Z')
    pushResults('2026-11-29T03:10:00Z', [SHOP.orders])
    push('manifest.json', '2026-11-28T03:00:00Z', manifestOf([{ id: 'model.shop.old' }], { at: '2026-11-28T03:00:00Z' }))
    expect(await loadedAt(SHOP.orders)).toBe('03:10')
    expect((await ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))).map(({ path }) => path)).not.toContain(
      'model.shop.old',
    )
  })

  it('tells the columns that the docs saw that were generated last and can be read, whatever came last', async () => {
    const docs = (at: string, type: string) => push('catalog.json', at, catalogOf({ [SHOP.orders]: [['id', type, 1]] }, { at }))
    pushManifest('2026-11-29T03:00:00Z')
    docs('2026-11-29T03:20:00Z', 'bigint')
    docs('2026-11-29T03:10:00Z', 'integer')
    docs('2027-11-29T03:10:00Z', 'text')
    push('catalog.json', '2026-11-29T03:30:00Z', catalogOf({}, { version: 2, at: '2026-11-29T03:30:00Z' }))
    const found = await ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))
    expect(found.find(({ path }) => path === SHOP.orders)?.columns).toEqual([{ name: 'id', type: 'bigint', description: null }])
  })

  it('says of each node its last run, when several came since the last look', async () => {
    pushManifest('2026-11-29T03:00:00Z')
    pushResults('2026-11-29T03:10:00Z', [SHOP.orders])
    pushResults('2026-11-29T04:10:00Z', [SHOP.revenue])
    expect([await loadedAt(SHOP.orders), await loadedAt(SHOP.revenue)]).toEqual(['03:10', '04:10'])
    const runs = await ask((session) => Array.fromAsync(session.runs?.(clock.now()) ?? []))
    expect(runs.map(({ job, writes }) => [job, writes])).toEqual([
      ['shop', [SHOP.revenue]],
      ['shop', [SHOP.orders]],
    ])
  })

  it('measures each source by the last run that did', async () => {
    pushManifest('2026-11-29T03:00:00Z')
    for (const [at, id] of [
      ['2026-11-29T10:00:00Z', SHOP.source],
      ['2026-11-29T11:00:00Z', SHOP.other],
    ] as const)
      push('sources.json', at, sourcesOf([{ id, newest: at }], { at }))
    expect([await loadedAt(SHOP.source), await loadedAt(SHOP.other)]).toEqual(['10:00', '11:00'])
  })

  it('is left aside while it says that it was made in the future, and says so where nothing else is there', async () => {
    pushManifest('2026-11-30T03:00:00Z')
    pushResults('2026-11-29T03:10:00Z', [SHOP.orders])
    await expect(look(SHOP.orders)).rejects.toMatchObject({ publicMessage: expect.stringContaining('made in the future') })
    pushManifest('2026-11-29T03:00:00Z')
    pushResults('2026-11-30T03:10:00Z', [SHOP.orders])
    expect(await loadedAt(SHOP.orders)).toBe('03:10')
    expect(await ask((session) => Array.fromAsync(session.runs?.(0) ?? []))).toHaveLength(1)
  })

  it('of which one file cannot be used still tells by the others', async () => {
    pushManifest('2026-11-29T03:00:00Z')
    pushResults('2026-11-29T03:10:00Z', [SHOP.orders])
    push('run_results.json', '2026-11-29T04:10:00Z', { metadata: runResultsOf([])['metadata'], results: [{ nothing: true }] })
    const seen = await look(SHOP.orders)
    expect(seen).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('run_results.json of the dbt project (shop) cannot be used')],
    })
  })

  it('is nothing yet, or kept elsewhere, and words say what to do', async () => {
    expect(await ask((session) => session.check())).toMatchObject({ ok: false, detail: expect.stringContaining('"tidemark dbt shop"') })
    const elsewhere = await ask((session) => session.check(), undefined)
    expect(elsewhere.ok).toBe(false)
    pushManifest('2026-11-29T03:00:00Z')
    expect(await ask((session) => session.check())).toMatchObject({ ok: true, detail: expect.stringContaining('shop') })
  })
})

it.each([
  [{ artifacts: 'there' }, 'can only be pushed'],
  [{ artifacts: 'pushed', path: 'a' }, 'in one place'],
  [{ artifacts: 'pushed', token: 'x' }, 'is not used with artifacts'],
])('settings %j are refused: %s', (settings, words) => {
  expect(JSON.stringify(dbt.settings.safeParse(settings).error?.issues)).toContain(words)
})
