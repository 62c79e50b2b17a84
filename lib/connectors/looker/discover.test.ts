import { afterEach, describe, expect, it } from 'vitest'
import { tile } from '#demo/startup/looker/world.ts'
import looker from '#lib/connectors/looker.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import {
  aWorld,
  board,
  closeLookers,
  connectionTo,
  DAILY,
  discover,
  EDITED,
  onTile,
  openLooker,
  ordersBy,
} from '#lib/testing/connectors/pretend-looker.ts'

afterEach(closeLookers)

describe('what is found in Looker', () => {
  it('is every tile with its folder, its dashboard, its owner and where people see it', async () => {
    const server = await openLooker()
    const found = await discover(server)
    const tiles = found.filter(({ kind }) => kind === 'consumer')
    expect(tiles).toHaveLength(90)
    expect(new Set(tiles.map(({ labels }) => labels?.['dashboard'])).size).toBe(12)
    expect(new Set(tiles.map(({ labels }) => labels?.['folder']))).toEqual(new Set(['Finance', 'Sales', 'Product', 'Marketing']))
    expect(tiles[1]).toEqual({
      path: 'dashboards/12/1202',
      kind: 'consumer',
      name: 'Net revenue by customer country',
      settings: {},
      upstream: [
        { name: 'ANALYTICS.MARTS.FCT_ORDERS', hint: 'bi' },
        { name: 'ANALYTICS.MARTS.DIM_CUSTOMERS', hint: 'bi' },
      ],
      policy: { input: { kind: 'upstream' }, because: expect.stringContaining('as fresh as what it is made from') },
      gaps: [],
      group: 'Finance',
      owner: 'Data team',
      url: `${server.url}/dashboards/12`,
      labels: { folder: 'Finance', dashboard: 'Revenue', tile: 'Net revenue by customer country' },
    })
  })

  it('is no dashboard that was thrown away, none of somebody’s own unless it is asked for, no deleted tile and no text', async () => {
    const server = await openLooker()
    const before = await discover(server)
    expect(before.filter(({ path }) => /^dashboards\/9[01]\//.test(path) || path.endsWith('00'))).toEqual([])
    expect((await discover(server, { personalFolders: true })).filter(({ path }) => path.startsWith('dashboards/91/'))).toHaveLength(1)
    const [deleted] = server.world.dashboards[0]?.elements.slice(1) ?? []
    if (deleted !== undefined) deleted.deleted_at = EDITED
    expect((await discover(server)).map(({ path }) => path)).toEqual(
      before.map(({ path }) => path).filter((path) => path !== 'dashboards/12/1201'),
    )
  })

  it('says by their path which of two folders of one name is meant', async () => {
    const world = onTile(ordersBy())
    world.folders.push(
      { id: '2', name: 'EU', parent_id: '1' },
      { id: '3', name: 'Sales', parent_id: '2' },
      { id: '4', name: 'Sales', parent_id: '1' },
    )
    world.dashboards = [board('12', [ordersBy()], { folder: '3' }), board('13', [ordersBy()], { folder: '4' }), board('14', [ordersBy()])]
    expect((await discover(await openLooker(world))).map(({ labels }) => labels?.['folder'])).toEqual(['EU / Sales', 'Sales', 'Shared'])
  })

  it('is what is written in LookML, too: tiles without ids by their titles, under their model', async () => {
    const world = aWorld()
    const untitled = { ...ordersBy(), id: null }
    const equal = [untitled, untitled, { ...untitled, title: 'Größe & Art' }]
    world.folders.push({ id: 'lookml', name: 'LookML Dashboards', parent_id: null })
    world.dashboards = [board('startup::overview', equal, { folder: 'lookml', title: 'Overview' })]
    const found = await discover(await openLooker(world))
    expect(found.map(({ path }) => path)).toEqual([
      'dashboards/startup::overview/orders',
      'dashboards/startup::overview/orders-2',
      'dashboards/startup::overview/größe-art',
    ])
    expect(found[0]?.labels).toEqual({ folder: 'LookML Dashboards / startup', dashboard: 'Overview', tile: 'Orders' })
  })

  it('are looks, all pages of them however few a page holds', async () => {
    const world = aWorld()
    world.looks = Array.from({ length: 120 }, (_, n) => ({
      id: String(n + 1),
      title: `Look ${n + 1}`,
      folder: '1',
      updated_at: EDITED,
      query: ordersBy().query,
    }))
    const found = await discover(await openLooker(world))
    expect(found.map(({ path }) => path)).toEqual(world.looks.map(({ id }) => `looks/${id}`))
    expect(found[0]).toMatchObject({
      labels: { folder: 'Shared', dashboard: 'Looks', tile: 'Look 1' },
      upstream: [{ name: 'lake.orders' }],
    })
  })

  it('is a derived table that Looker keeps, and the group by which it is built', async () => {
    const found = await discover(await openLooker())
    expect(found.filter(({ kind }) => kind !== 'consumer')).toEqual([
      expect.objectContaining({
        path: 'derived/startup/retention',
        kind: 'table',
        upstream: [
          expect.objectContaining({ name: 'ANALYTICS.MARTS.FCT_SESSIONS' }),
          expect.objectContaining({ name: 'ANALYTICS.MARTS.FCT_SUBSCRIPTIONS' }),
        ],
      }),
      expect.objectContaining({ path: 'datagroups/startup/nightly', kind: 'source' }),
    ])
  })

  it('goes on when a dashboard is deleted between two questions, and without datagroups that it may not see', async () => {
    const server = await openLooker()
    server.world.hidden.add('dashboards/13')
    server.faults.push({ kind: 'forbidden', path: /datagroups/ })
    const found = await discover(server)
    expect(new Set(found.filter(({ kind }) => kind === 'consumer').map(({ path }) => path.split('/')[1])).size).toBe(11)
    expect(found.filter(({ kind }) => kind === 'source')).toEqual([])
  })

  it.each(['server-error', 'html-page', 'error-in-200', 'cut-body'] as const)('breaks off at an answer that is none: %s', async (kind) => {
    const server = await openLooker()
    server.faults.push({ kind, path: /^\/dashboards\/20$/ })
    const seen: string[] = []
    const reading = async () => {
      for await (const { path } of askOnce(looker).discover(connectionTo(server))) seen.push(path)
    }
    if (kind === 'server-error' || kind === 'cut-body') await expect(reading()).rejects.toMatchObject({ retryable: true })
    else await expect(reading()).rejects.toMatchObject({ code: 'refused' })
    expect(seen.length).toBeLessThan(90)
  })
})

describe('a thousand tiles', () => {
  it('are found after one sign-in, five questions at a time, each explore asked for once', async () => {
    const world = aWorld(DAILY('sql: SELECT day FROM raw.days ;;'))
    world.dashboards = Array.from({ length: 120 }, (_, n) =>
      board(
        String(n + 1),
        Array.from({ length: 9 }, (_x, t) =>
          tile(`${n + 1}-${t}`, `Tile ${t}`, 'orders', ['orders.total', t % 2 ? 'users.name' : 'daily.day']),
        ),
      ),
    )
    const server = await openLooker(world, { pause: () => new Promise((resolve) => setTimeout(resolve, 1)) })
    const found = await discover(server)
    expect(found).toHaveLength(1080)
    expect(found.every(({ upstream }) => upstream.length === 2)).toBe(true)
    const asked = (part: string) => server.requests.filter((request) => request.includes(part)).length
    expect([asked('/login'), asked('/explores/'), asked('/file/'), asked('/logout')]).toEqual([1, 1, 1, 1])
    expect(server.atOnceMax()).toBe(5)
    // 50 ms a call, five at a time: half a minute is 3,000 of them.
    expect(server.requests.length).toBeLessThan(140)
    expect(server.signedIn()).toBe(0)
  })

  it('are looked at by one question a dashboard', async () => {
    const server = await openLooker()
    const assets = (await discover(server))
      .filter(({ path }) => path.startsWith('dashboards/'))
      .map(({ path }) => ({ key: `looker/${path}`, path, settings: {}, previous: null }))
    server.requests.splice(0)
    const seen = await Array.fromAsync(askOnce(looker).observe(connectionTo(server), assets))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(90)
    expect(server.requests).toHaveLength(12 + 2)
  })
})
