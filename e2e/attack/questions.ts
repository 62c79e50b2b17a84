import { expect } from '@playwright/test'
import type { Harness } from '../harness.ts'
import { ask, inTurn } from './ask.ts'
import { contentsOf, HOSTILE, SQL, WORDS_OF_DATABASE } from './hostile-world.ts'
import { addressOf, routesInTree } from './routes.ts'

/** What the pages are asked. The API says itself what it can be asked. */
const OF_PAGES: Record<string, readonly string[]> = {
  '/find': ['q', 'status', 'owner', 'page'],
  '/catalogue': ['q', 'kind', 'state', 'status', 'connection', 'group', 'owner', 'after'],
  '/assets/[...asset]': ['field'],
  '/flows': ['q', 'group', 'state', 'page'],
  '/runs': ['flow', 'state', 'before', 'page'],
  '/runs/[run]': ['find', 'level', 'before', 'after', 'reason', 'rows'],
  '/incidents': ['feed', 'before'],
  '/days/[day]': ['bar'],
  '/maintenance': ['subject', 'window', 'when', 'from', 'for', 'note'],
  '/sign-in': ['to', 'said'],
  '/sign-in/invitation/[token]': ['email', 'name'],
  '/admin/audit': ['who', 'action', 'target', 'outcome', 'from', 'to', 'before'],
  '/admin/audit/export': ['who', 'action', 'target', 'outcome', 'from', 'to', 'before'],
  '/admin/catalogue': ['before'],
  '/admin/catalogue/compare': ['from', 'to'],
  '/api/sign-in/oidc': ['to'],
}

interface Described {
  paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>
}

/** SQL as the text of every question there is, and as every name in an address. */
async function sqlQuestions(harness: Harness): Promise<string[]> {
  const { text } = await ask(harness, '/api/v1/openapi.json')
  const { paths }: Described = JSON.parse(text.slice(text.indexOf('\n\n')))
  const ofApi = Object.entries(paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? []).flatMap((asked) =>
      asked.in === 'query' ? [{ route: path.replaceAll(/\{(\w+)\}/g, '[$1]'), name: asked.name }] : [],
    ),
  )
  const ofPages = Object.entries(OF_PAGES).flatMap(([route, names]) => names.map((name) => ({ route, name })))
  const questions = [...ofPages, ...ofApi].map(({ route, name }) => {
    const asked = { [name]: SQL, ...(route.endsWith('/export') && { format: 'csv' }) }
    return `${addressOf(route, HOSTILE)}?${new URLSearchParams(asked)}`
  })
  const named = routesInTree().filter((route) => route.includes('['))
  const names = named.map((route) => addressOf(route, Object.fromEntries(Object.keys(HOSTILE).map((part) => [part, SQL]))))
  return [...questions, ...names]
}

/** Asks every question there is in SQL. */
export async function sqlIsText(harness: Harness): Promise<void> {
  const before = await contentsOf(harness.ctx, ['audit'])
  const questions = await sqlQuestions(harness)
  expect(questions.length).toBeGreaterThan(80)
  const wrong: string[] = []
  await inTurn(questions, 8, async (path) => {
    const { status, text } = await ask(harness, path)
    if (status >= 500 || WORDS_OF_DATABASE.test(text)) wrong.push(`${status} ${path}`)
  })
  expect(wrong).toEqual([])
  for (const sql of [SQL, '%', '_', '\\'])
    expect((await ask(harness, `/catalogue?q=${encodeURIComponent(sql)}`)).text, sql).not.toContain('/assets/warehouse/')
  expect((await ask(harness, '/catalogue?q=ledger')).text).toContain('/assets/warehouse/')
  expect(await contentsOf(harness.ctx, ['audit'])).toEqual(before)
}
