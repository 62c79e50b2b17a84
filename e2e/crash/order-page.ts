import { createTokenFor, tokenRequestSchema } from '#lib/access/tokens.ts'
import type { Context } from '#lib/db/context.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { INTERNAL_KEY, startWebServer } from '../bench/web-server.ts'
import type { Scene } from './harness.ts'

const PATIENCE_MS = 60_000
const ASK_EVERY_MS = 50
/** So long a page stays unread while nothing happens in its database. */
const LOOK_EVERY_MS = 400
const POSTS_MAX = 10
/** How a press is sent by script and as the plain form, and how it is answered when it is taken. */
const AS_JSON = { type: 'application/json', body: '{}', status: 200 }
const AS_FORM = { type: 'application/x-www-form-urlencoded', body: 'reason=', status: 303 }

/** What the database says of the last order of a feed, and how the feed stands. */
interface OrderFacts {
  id: string
  state: 'open' | 'done' | 'failed' | 'cancelled'
  feed: string
  steps: { flow: string; state: string; run: { state: string; isStopping: boolean } | null }[]
}

/** Somebody who orders: how their requests say who they are. */
type Sender = Record<'cookie', string> | Record<'authorization', string>

/** The real page before a scene, to which two people and a program are known. */
export interface OrderPage {
  ada: Sender
  bela: Sender
  program: Sender
  /** Presses the button of a feed's reload: by script as JSON, or as the plain form; answers the order. */
  press(who: Sender, feed: string, isForm?: boolean): Promise<string>
  cancel(who: Sender, order: string): Promise<void>
  /** Looks at the page of a feed whenever something has happened to its order, and now and then, and compares what it says with what is so. */
  watch(feed: string): Watch
  facts(feed: string): Promise<OrderFacts>
  close(): Promise<void>
}

interface Watch {
  /** Waits until the page says something; throws with what it says instead. */
  until(words: RegExp): Promise<void>
  /** Everything that was not true, each once. */
  stop(): Promise<string[]>
}

const FACTS = `
  select o.id::text, o.state, sp.status as feed,
    (select json_agg(json_build_object('flow', t.flow, 'state', t.state,
       'run', (select json_build_object('state', r.state, 'isStopping', r.cancel_at is not null) from run r where r.id = t.run_id)) order by t.position)
     from reload_step t where t.order_id = o.id) as steps
  from reload_order o join subject s on s.id = o.feed_id join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.kind = 'feed' and s.key = $1 order by o.created_at desc limit 1`

/** Starts the page, and signs Ada and Bela in. */
export async function openOrderPage(scene: Scene): Promise<OrderPage> {
  const server = await startWebServer(scene.databaseUrl)
  const ctx: Context = { ...scene.ctx, secret: INTERNAL_KEY }
  const signIn = async (key: string) => ({ cookie: await cookieOf(ctx, server.url, await addPerson(ctx, key, 'engineer')) })
  const [ada, bela] = [await signIn('ada'), await signIn('bela')]
  const made = await createTokenFor(ctx, 'bela@example.edu', tokenRequestSchema.parse({ name: 'nightly', scopes: ['read', 'run'] }))
  const facts = async (feed: string): Promise<OrderFacts> => {
    const [row] = (await ctx.pool.query<OrderFacts>(FACTS, [feed])).rows
    if (row === undefined) throw new Error(`nobody has ordered ${feed}`)
    return row
  }
  /** Does what the page says where its database is slow to answer: asks again. */
  const post = async (who: Sender, path: string, { type, body, status } = AS_JSON): Promise<Response> => {
    const headers = { ...who, origin: server.url, 'content-type': type }
    for (let tries = 1; ; tries += 1) {
      const answer = await fetch(server.url + path, { method: 'POST', redirect: 'manual', headers, body })
      if (answer.status === status) return answer
      if (answer.status !== 503 || tries === POSTS_MAX)
        throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`)
      await systemClock.sleep(ASK_EVERY_MS)
    }
  }
  return {
    ada,
    bela,
    program: { authorization: `Bearer ${made.token}` },
    facts,
    async press(who, feed, isForm = false) {
      const path = `/api/v1/feeds/${feed}/reload`
      const answer = await post(who, path, isForm ? AS_FORM : AS_JSON)
      return isForm ? (await facts(feed)).id : String((await answer.json()).order)
    },
    cancel: async (who, order) => void (await post(who, `/api/v1/orders/${order}/cancel`)),
    watch: (feed) =>
      watchPage({
        facts: () => facts(feed),
        read: async () => (await fetch(`${server.url}/feeds/${feed}`, { headers: { ...ada } })).text(),
      }),
    close: () => server.stop(),
  }
}

function watchPage({ facts, read }: { facts(): Promise<OrderFacts>; read(): Promise<string> }): Watch {
  const problems = new Set<string>()
  let last = ''
  let isStopped = false
  let looks = 0
  const look = async (before: OrderFacts) => {
    last = textOf(await read())
    looks += 1
    // What changed while the page was made may stand there either way.
    if (JSON.stringify(before) === JSON.stringify(await facts())) for (const lie of liesIn(last, before)) problems.add(lie)
  }
  const looking = (async () => {
    let seen = ''
    let lookAgainAt = 0
    while (!isStopped) {
      const now = await facts()
      if (JSON.stringify(now) !== seen || systemClock.now() >= lookAgainAt) {
        await look(now)
        seen = JSON.stringify(now)
        lookAgainAt = systemClock.now() + LOOK_EVERY_MS
      }
      await systemClock.sleep(ASK_EVERY_MS)
    }
  })()
  looking.catch((error: unknown) => problems.add(`the page could not be looked at: ${error}`))
  return {
    async until(words) {
      const giveUpAt = systemClock.now() + PATIENCE_MS
      while (!words.test(last)) {
        if (systemClock.now() > giveUpAt || problems.size > 0)
          throw new Error(`the page never says ${words}, but: ${last}\n${[...problems].join('\n')}`)
        await systemClock.sleep(ASK_EVERY_MS)
      }
    },
    async stop() {
      isStopped = true
      await looking.catch(() => {})
      if (looks === 0) problems.add('nobody looked at the page')
      return [...problems]
    },
  }
}

/** What of a feed's page tells how it stands: its verdict and its reload, without markup. */
function textOf(html: string): string {
  const verdict = /<p class="verdict">[\s\S]*?<\/p>/.exec(html)?.[0] ?? 'no verdict'
  const reload = /<section class="reload"[\s\S]*?<\/section>/.exec(html)?.[0] ?? 'no reload'
  const plain = (part: string) =>
    part
      .replaceAll(/<!--.*?-->/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ (?=[,.:])/g, '')
      .trim()
  return `${plain(verdict)} | ${plain(reload)}`
}

const ENDS = /Fresh again|still is|Everything ran|did not succeed|Cancelled/
const END_WORDS: Record<OrderFacts['state'], RegExp> = {
  open: /\| Reloading, ordered by Ada/,
  done: /Reload ordered by Ada.*(Fresh again since|It was fresh, and still is)/,
  failed: /did not succeed/,
  cancelled: /Reload ordered by Ada.*Cancelled at/,
}

/** What a page says otherwise than it is. */
function liesIn(page: string, { state, feed, steps }: OrderFacts): string[] {
  const expected = [
    END_WORDS[state],
    new RegExp(`^${feed} `, 'i'),
    ...steps.map((step) => new RegExp(`\\b${step.flow} ${wordsOf(step)}\\b`)),
  ]
  const lies = expected.filter((words) => !words.test(page)).map((words) => `it did not say ${words}, but: ${page}`)
  return state === 'open' && ENDS.test(page) ? [...lies, `it was called over while it went on: ${page}`] : lies
}

function wordsOf({ state, run }: OrderFacts['steps'][number]): string {
  if (state === 'cancelled') return run?.state === 'running' ? 'is being stopped' : 'cancelled'
  if (state !== 'running') return state === 'waiting' ? 'waits for its turn' : state
  if (run?.state === 'running') return run.isStopping ? 'is being stopped' : 'runs'
  if (run?.state === 'crashed') return 'has lost its worker'
  return run?.state === 'completed' ? 'has ended' : 'waits for a worker'
}
