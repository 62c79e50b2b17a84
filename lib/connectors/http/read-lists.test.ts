import { describe, expect, it } from 'vitest'
import { type Answer, answerJson as json } from '#lib/testing/servers/http-receiver.ts'
import { type DepartmentWorld, departmentWorld } from '#lib/testing/worlds/department-world.ts'

const world = await departmentWorld()
const { other } = world

const read: DepartmentWorld['readOther'] = (request, settings) => world.readOther(request, settings)
const asked = () => other.requests.map(({ path }) => path.replace('/hook', ''))

describe('keys with a dot', () => {
  const pages: Record<string, unknown> = {
    '/': { '@odata.count': 3, 'odata.value': [{ a: 1 }, { a: 2 }], '@odata.nextLink': '/hook/?$skip=2' },
    '/?$skip=2': { '@odata.count': 3, 'odata.value': [{ a: 3 }] },
  }
  it('are found as keys, in records, total and next', async () => {
    other.behave((response, { path }) => response.end(JSON.stringify(pages[path.replace('/hook', '')])))
    const request = { records: 'odata.value', total: '@odata.count', paging: { by: 'link', next: '@odata.nextLink' } }
    expect(await read(request)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
    expect(asked()).toEqual(['/', '/?$skip=2'])
  })

  it('are found below others, and a key goes before a path', async () => {
    other.behave(json({ 'a.b': { 'c.d': [{ x: 1 }] }, m: { t: 9 }, 'm.t': 1, q: { 'm.t': 7 } }))
    expect(await read({ records: 'a.b.c.d', total: 'm.t' })).toEqual([{ x: 1 }])
  })

  it('that are missing are said so', async () => {
    other.behave(json({ value: [] }))
    await expect(read({ records: 'odata.value' })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('nothing at odata.value'),
    })
  })
})

describe('Link headers', () => {
  it.each([
    ['two lines', ['</hook/?p=1>; rel="self"', '</hook/?p=2>; rel="next"']],
    ['one line', '</hook/?p=1>; rel="self", </hook/?p=2>; rel="next"'],
    ['several relations', '</hook/?p=2>; title="a, <b>; rel=last"; rel="last NEXT"'],
    ['no quotes', '</hook/?p=2>;rel=next;type=x'],
    ['blanks', ' </hook/?p=2> ; rel = "next" '],
    ['commas in the address', '</hook/?p=0,1>; rel=prev,</hook/?p=2>; rel=next'],
  ])('bring the next page: %s', async (_how, link) => {
    other.behave((response, request) =>
      request.path.includes('p=2') ? json([{ a: 2 }])(response, request) : json([{ a: 1 }], { link })(response, request),
    )
    expect(await read({ paging: { by: 'link' } })).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('without a next one are the end', async () => {
    other.behave(json([{ a: 1 }], { link: ['</hook/?p=1>; rel="self"', '</hook/?p=2>; rel="next"; anchor="/other"'] }))
    expect(await read({ paging: { by: 'link' } })).toEqual([{ a: 1 }])
  })
})

describe('a page beyond the last', () => {
  const list = (rows: number, beyond: number): Answer => {
    return (response, { path }) => {
      const query = new URL(path, other.url).searchParams
      const from = Number(query.get('offset') ?? (Number(query.get('page') ?? 1) - 1) * 2)
      const page = Array.from({ length: Math.max(0, Math.min(2, rows - from)) }, (_, index) => ({ a: from + index }))
      return page.length === 0 ? response.writeHead(beyond).end('gone') : response.end(JSON.stringify(page))
    }
  }
  it.each([
    ['offset', 404, 4],
    ['offset', 404, 5],
    ['offset', 410, 4],
    ['offset', 416, 4],
    ['offset', 204, 4],
    ['page', 404, 4],
    ['page', 204, 5],
  ])('is the end: by %s, answered with %i, of %i rows', async (by, status, rows) => {
    other.behave(list(rows, status))
    expect(await read({ paging: { by, size: 2 } })).toHaveLength(rows)
  })

  it.each(['page', 'offset'])('is none when nothing is there any more: by %s', async (by) => {
    let requests = 0
    const good = list(100, 404)
    other.behave((response, request) => {
      requests += 1
      return requests < 4 ? good(response, request) : response.writeHead(404).end()
    })
    await expect(read({ paging: { by, size: 2 } })).rejects.toMatchObject({
      retryable: true,
      publicMessage: expect.stringContaining('changed while'),
    })
  })

  it('does not hide that fewer came than were announced', async () => {
    other.behave((response, { path }) =>
      path.includes('offset=0') ? response.end('{"t":9,"r":[{"a":1}]}') : response.writeHead(404).end(),
    )
    await expect(read({ records: 'r', total: 't', paging: { by: 'offset', size: 2 } })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('announces 9 rows, and 1 came'),
    })
  })

  it('is no excuse for the first one', async () => {
    other.behave((response) => response.writeHead(404).end())
    await expect(read({ paging: { by: 'offset', size: 2 } })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('where the next page is', () => {
  const withNext =
    (next: string): Answer =>
    (response, request) =>
      request.path.includes('p=2') ? json({ rows: [{ a: 2 }] })(response, request) : json({ rows: [{ a: 1 }], next })(response, request)
  const request = { records: 'rows', paging: { by: 'link', next: 'next' } }

  it('may be told with the other scheme of the same host: it is asked for as the first one was', async () => {
    const port = new URL(other.url).port
    other.behave(withNext(`https://127.0.0.1:${port}/hook/?p=2`))
    expect(await read(request)).toEqual([{ a: 1 }, { a: 2 }])
    other.behave(withNext('https://127.0.0.1/hook/?p=2#x'))
    expect(await read(request)).toEqual([{ a: 1 }, { a: 2 }])
  })

  it.each([
    ['http://elsewhere.example/hook/?p=2', 'another host'],
    ['http://127.0.0.1:1/hook/?p=2', 'another port'],
    ['ftp://127.0.0.1/hook', 'not an address of the web'],
    ['/hook/', 'read already|same rows'],
  ])('%s is refused in its own words', async (next, words) => {
    other.behave(withNext(next))
    await expect(read(request)).rejects.toMatchObject({ publicMessage: expect.stringMatching(words) })
  })
})

describe('a later page that the server wants to be asked for later', () => {
  it.each([
    ['9.5', 9500],
    ['0', 1000],
    ['0.2', 1000],
    ['-1', 1000],
    ['soon', 1000],
    ['1e3', 1000],
    ['', 1000],
    ['Thu, 19 Nov 2020 07:02:00 GMT', 1000],
    ['Fri, 20 Nov 2026 09:05:30 GMT', 30_000],
    ['Friday, 20-Nov-26 09:05:30 GMT', 30_000],
    ['Fri Nov 20 09:05:30 2026', 30_000],
  ])('Retry-After: %j waits at least the usual time', async (retryAfter, waitMs) => {
    let refusals = 1
    other.behave((response, request) => {
      if (request.path.includes('page=1')) return json([{ a: 1 }])(response, request)
      if (refusals-- > 0) return response.writeHead(503, { 'retry-after': retryAfter }).end()
      return json([])(response, request)
    })
    expect(await read({ paging: { by: 'page' } })).toEqual([{ a: 1 }])
    expect(world.clock.waits).toEqual([waitMs])
  })

  it.each(['999999999', '9999999999999999999999', 'Fri, 20 Nov 2099 09:05:30 GMT'])(
    'is not waited for for ever: %s',
    async (retryAfter) => {
      other.behave((response, request) =>
        request.path.includes('page=1')
          ? json([{ a: 1 }])(response, request)
          : response.writeHead(503, { 'retry-after': retryAfter }).end(),
      )
      await expect(read({ paging: { by: 'page' } })).rejects.toMatchObject({ retryable: true, retryAfterMs: 24 * 3_600_000 })
    },
  )
})

describe('a redirect that is not followed', () => {
  it.each([
    ['https://127.0.0.1/hook/', 'to the same host by https'],
    ['/hook/', 'round in a circle'],
    ['http://127.0.0.1:1/', 'another port of the same host'],
    ['http://elsewhere.example/', 'redirects to another host are never followed'],
    [undefined, 'without saying where'],
  ])('to %s is called what it is', async (location, words) => {
    other.behave((response) => response.writeHead(302, location === undefined ? {} : { location }).end())
    await expect(read({})).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })
})
