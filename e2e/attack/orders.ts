import { expect } from '@playwright/test'
import { addPerson } from '#lib/testing/database/people.ts'
import type { Harness } from '../harness.ts'
import { RULES } from '../matrix/rules.ts'
import { ask, inTurn } from './ask.ts'
import { contentsOf, HOSTILE, IS_OBEYED, MARKUP, OBEYED, SQL, TAKEN_FOR_MARKUP, WORDS_OF_DATABASE } from './hostile-world.ts'
import { addressOf } from './routes.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

/** Fields that some order has, whether or not the one that is given has them. */
const FIELDS = [
  'reason',
  'text',
  'note',
  'name',
  'email',
  'audience',
  'role',
  'subject',
  'from',
  'for',
  'token',
  'session',
  'window',
  'person',
  'who',
  'to',
]

/** Texts for every field: of a form, and in JSON. */
const TEXTS = [SQL, MARKUP, OBEYED, 'a\0b', `../../etc/passwd\r\nset-cookie: x=1${'x'.repeat(3000)}`]
/** What is no text, where one is expected. */
const VALUES = [1e308, [[['x']]], { toString: 'x', constructor: { prototype: { isAdmin: true } } }]

/** Orders that take more than texts: what they are told is read by the same rules as of all others, and then by their own. */
const TELL_MORE = ['/api/v1/feeds/[feed]/reload', '/api/v1/flows/[flow]/runs', '/api/account/tokens']

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** Bodies that are no order as a whole. */
const BODIES = [
  ...['reason=%ff&note=%ed%a0%80&name=%c3%28', 'a=1&'.repeat(9000)].map((body) => ({ type: FORM, body })),
  ...['text/plain', 'multipart/form-data; boundary=x', 'application/json, text/plain'].map((type) => ({ type, body: '{}' })),
  ...[
    'null',
    '[]',
    '"x"',
    '1',
    '{"a":',
    '\ufeff{}',
    '{"__proto__":{"role":"admin"},"role":"admin","constructor":{"prototype":{"role":"admin"}}}',
    `{"parameters":{"a":${nested(20_000)}},"reason":"x"}`,
    `{"parameters":${JSON.stringify(`{"a":${nested(2000)}}`)}}`,
    String.raw`{"parameters":{"a":"\u0000\ud800","\u0000":1},"reason":"\ud800","note":"\udfff","name":"\u0000"}`,
    `{"reason":${nested(30)},"note":${nested(30)},"name":{"a":1},"email":[1]}`,
    `{${Array.from({ length: 4000 }, (_, n) => `"k${n}":1`).join()}}`,
  ].map((body) => ({ type: JSON_TYPE, body })),
]

/** Where passwords are tried, which is limited for all together, and problems reported, of which one may report few. */
const GUESSED = /^\/api\/(?:sign-in|account\/password|v1\/feeds\/[^/]+\/reports)/

interface Order {
  path: string
  bodies: { type: string; body: string }[]
}

/** Every order there is, with bodies that nobody would send who means well. Whoever signs out ends the attack. */
function hostileOrders(): Order[] {
  return Object.entries(RULES).flatMap(([route, { order }]) => {
    if (order === undefined || route === '/api/sign-out') return []
    const meant = order.fields?.(HOSTILE) ?? {}
    const names = [...new Set([...Object.keys(meant), ...FIELDS])]
    const all = (value: unknown): Record<string, unknown> => Object.fromEntries(names.map((name) => [name, value]))
    const one = Object.keys(meant).map((name) => ({ ...meant, [name]: 'a\0b' }))
    const json = [...[...TEXTS, ...VALUES].map(all), ...one]
    const forms = TEXTS.slice(1, 3).map((text) => new URLSearchParams(all(text) as Record<string, string>).toString())
    return {
      path: addressOf(route, HOSTILE),
      bodies: [
        ...json.map((fields) => ({ type: JSON_TYPE, body: JSON.stringify(fields) })),
        ...forms.map((body) => ({ type: FORM, body })),
        ...(TELL_MORE.includes(route) ? BODIES : []),
      ],
    }
  })
}

/** Gives every order there is, each by an admin of its own: refused ones are counted for whoever gives them. */
export async function ordersAreRead(harness: Harness): Promise<void> {
  // What no order changes: the catalogue and who sees what of it.
  const kept = ['subject', 'feed', 'asset', 'flow', 'setting', 'audience_group', 'catalogue_version', 'status_change']
  const before = await contentsOf(harness.ctx)
  const wrong: string[] = []
  await inTurn(hostileOrders(), 4, async ({ path, bodies }) => {
    const admin = await addPerson(harness.ctx, `mallory-${path.replaceAll(/\W+/g, '-')}`, 'admin')
    const cookie = await harness.cookieOf(admin)
    for (const { type, body } of bodies) {
      const { status, text } = await ask(harness, path, {
        method: 'POST',
        body,
        headers: { cookie, origin: harness.url, 'content-type': type },
      })
      const isWrong =
        status >= 500 ||
        (status === 429 && !GUESSED.test(path)) ||
        WORDS_OF_DATABASE.test(text) ||
        IS_OBEYED.test(text) ||
        (/html/.test(text) && TAKEN_FOR_MARKUP.test(text))
      if (isWrong) wrong.push(`${status} ${path} ${body.slice(0, 60)}`)
    }
  })
  expect(wrong).toEqual([])
  const after = await contentsOf(harness.ctx)
  for (const table of kept) expect(after[table], table).toBe(before[table])
  const { rows } = await harness.ctx.whole.query<{ text: string }>(
    'select concat(actor, target, reason, refusal, before, after) as text from audit',
  )
  expect(rows.filter(({ text }) => IS_OBEYED.test(text))).toEqual([])
}
