import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Context } from '#lib/db/context.ts'
import { createContext } from '#lib/db/context.ts'
import { putRouting } from '#lib/db/settings.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { childEnvironment } from '#lib/platform/env.ts'
import { createLog } from '#lib/platform/log.ts'
import { makeChange, makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { dice } from '#lib/testing/push/push-world.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { aRoute } from '#lib/testing/worlds/told-receiver.ts'
import { openDatabases } from './databases.ts'
import { fastClock } from './fast-clock.ts'

const FEEDS = 30
const SENDERS = 3
/** A lease of three minutes is over in two seconds; what keeps messages of a receiver apart still lasts longer than any of them takes here. */
const SPEED = 100
const DRAINED_MS = 60_000

interface Told {
  id: string
  path: string
  feed: string
  to: Status
  at: string
}

/**
 * Feeds turn while the process that tells of it is killed `kills` times in the middle of it, and its receivers misbehave. Answers everything that is not as it should be: each
 * change told to the receiver of `tell`, under one id; the receiver of routes knows in the end how each feed stands, and was told nothing twice under two ids.
 */
export async function crashMessages(kills: number, seed: number): Promise<string[]> {
  const databases = await openDatabases()
  const receiver = await startHttpReceiver()
  const random = dice(seed)
  const begunAt = systemClock.now()
  const url = await databases.migrated('messages')
  const clock = fastClock(begunAt, SPEED)
  const ctx = createContext({ url, actor: WORKER, clock, log: createLog({ level: 'error', pretty: false }) })
  try {
    const told: Told[] = []
    hear(receiver, told, random)
    const turns = await openTurns(ctx, receiver.url)
    let killed = 0
    const killSenders = async () => {
      for (; killed < kills; killed += 1) {
        const sender = start(url, begunAt)
        if (!(await hasBegun(sender))) throw new Error('a sender did not start')
        const until = systemClock.now() + random() * 300
        while (systemClock.now() < until) await turns.turn(random)
        sender.kill('SIGKILL')
        await once(sender, 'exit')
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, killSenders))
    hear(receiver, told, () => 1)
    const isDrained = await drain(ctx, url, begunAt)
    return [
      ...(isDrained ? [] : ['something still waits']),
      ...checkTell(told, turns.changes),
      ...checkRoutes(told, turns.standing),
      ...(isDoubled(told) ? [] : ['nothing was sent twice: no kill came at the right moment']),
    ]
  } finally {
    await ctx.whole.end()
    await receiver.close()
    await databases.stop()
  }
}

/** Keeps what comes, and sometimes answers that it took nothing, or nothing at all. */
function hear(receiver: HttpReceiver, told: Told[], random: () => number): void {
  receiver.behave((response, { headers, path, body }) => {
    const { data } = JSON.parse(body)
    told.push({ id: String(headers['webhook-id']), path, feed: data.feedKey, to: data.to, at: data.since })
    const dice = random()
    if (dice < 0.1) response.destroy()
    else if (dice < 0.2) response.writeHead(503).end()
    else response.writeHead(204).end()
  })
}

async function openTurns(ctx: Context, hook: string) {
  const settings = { secret: '${SECRET}' }
  await makePage(ctx, { webhook: { ...settings, url: `${hook}/tell` } })
  await putRouting(ctx.pool, {
    channels: [{ key: 'team', kind: 'webhook', budget: null, settings: { ...settings, url: `${hook}/team` } }],
    routes: [aRoute()],
  })
  const feeds = await Promise.all(Array.from({ length: FEEDS }, (_, n) => makeFeed(ctx, `feed-${n}`)))
  const standing = new Map<string, Status>(feeds.map((_, n) => [`feed-${n}`, 'fresh']))
  const changes: { feed: string; to: Status }[] = []
  return {
    standing,
    changes,
    async turn(random: () => number) {
      const n = Math.floor(random() * FEEDS)
      const from = standing.get(`feed-${n}`) ?? 'fresh'
      const to = from === 'late' ? 'stale' : from === 'stale' && random() < 0.5 ? 'fresh' : 'late'
      standing.set(`feed-${n}`, to)
      await makeChange(ctx, { feedId: feeds[n] ?? 0, from, to, channels: ['webhook', 'team'] })
      changes.push({ feed: `feed-${n}`, to })
      await systemClock.sleep(10)
    },
  }
}

function start(url: string, begunAt: number): ChildProcess {
  return spawn(process.execPath, ['e2e/crash/sender-process.ts', url, String(begunAt), String(SPEED)], {
    env: childEnvironment('production', ['PATH', 'HOME', 'TZ', 'NODE_COMPILE_CACHE'], { ENV_FILE: 'none' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function hasBegun(sender: ChildProcess): Promise<boolean> {
  const begun = sender.stdout === null ? Promise.resolve([]) : once(sender.stdout, 'data')
  return Promise.race([begun.then(() => true), once(sender, 'exit').then(() => false)])
}

/** Lets a last sender send what is left, whenever it would be tried again. */
async function drain({ pool, clock }: Context, url: string, begunAt: number): Promise<boolean> {
  const sender = start(url, begunAt)
  try {
    for (const until = systemClock.now() + DRAINED_MS; systemClock.now() < until; await systemClock.sleep(1000)) {
      await pool.query(
        'update outbox set next_attempt_at = least(next_attempt_at, $1) where attempts > 0 and next_attempt_at is not null',
        [new Date(clock.now())],
      )
      const { rowCount } = await pool.query('select 1 from outbox where next_attempt_at is not null limit 1')
      if (rowCount === 0) return true
    }
    return false
  } finally {
    sender.kill('SIGKILL')
    await once(sender, 'exit')
  }
}

function isDoubled(told: readonly Told[]): boolean {
  return new Set(told.map(({ id }) => id)).size < told.length
}

function checkTell(told: readonly Told[], changes: readonly { feed: string; to: Status }[]): string[] {
  const byId = new Set(told.filter(({ path }) => path.endsWith('/tell')).map(({ id }) => id))
  return byId.size === changes.length ? [] : [`of ${changes.length} changes ${byId.size} were told`]
}

function checkRoutes(told: readonly Told[], standing: ReadonlyMap<string, Status>): string[] {
  const byFeed = Map.groupBy(
    told.filter(({ path }) => path.endsWith('/team')),
    ({ feed }) => feed,
  )
  return [...standing].flatMap(([feed, status]) => {
    const own = [...new Map((byFeed.get(feed) ?? []).map((one) => [one.id, one])).values()]
    const last = own.at(-1)?.to ?? 'fresh'
    const isKnown = last === status || (!isUnhealthy(last) && !isUnhealthy(status))
    // What came between two turns to one status may have been overtaken while its sender was down.
    const isTwice = own.some(({ to, at }, n) => n > 0 && to === own[n - 1]?.to && at === own[n - 1]?.at)
    return [
      ...(isKnown ? [] : [`${feed} is ${status}, and its receiver was told last that it is ${last}`]),
      ...(isTwice ? [`of ${feed} the same was told twice under two ids: ${own.map(({ to }) => to).join(', ')}`] : []),
    ]
  })
}
