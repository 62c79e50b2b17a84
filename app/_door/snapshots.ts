import type { OverviewKey } from '#app/_lib/overview-key.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

/** What of the overview is asked for: a document, or what an open page renders itself anew from. */
export type OverviewForm = 'document' | 'update'

/** One rendering, ready to be sent. */
export interface Snapshot {
  headers: Readonly<Record<string, string>>
  etag: string
  plain: Buffer
  gzip: Buffer
}

/** Renderings that are kept for their readers. */
export interface Snapshots {
  /** One that shows every change that was known when it was asked for. */
  read(key: OverviewKey, form: OverviewForm): Promise<Snapshot>
  /** What these show has changed. Those that were read since the last change are made anew, one after the other, before this resolves. */
  outdate(concerns: (key: OverviewKey) => boolean): Promise<void>
  /** To be called every half minute: lets go what nobody reads, and renews what somebody does. */
  tend(): Promise<void>
  /** Whose are kept. */
  keys(): OverviewKey[]
}

interface Kept {
  key: OverviewKey
  form: OverviewForm
  readAt: Instant
  /** Somebody came since it was last renewed for a change: what changes every second is not rendered every second for who came once. */
  isWanted: boolean
  /** How often what it shows has changed, as far as is known. */
  changes: number
  copy: Copy | undefined
  making: Making | undefined
}

interface Copy {
  snapshot: Snapshot
  madeAt: Instant
  changes: number
}

interface Making {
  /** Of which change on it shows everything; null until it begins, which is later than now. */
  changes: number | null
  done: Promise<Snapshot>
}

/** Somebody reads it who came within so long. */
const READ_MS = 5 * MINUTE_MS
/** An older one is renewed while it is being read. */
const RENEW_MS = 30 * SECOND_MS
/** An older one is shown once more, while the next one is made. */
const AGED_MS = MINUTE_MS
/** An older one is not shown any more. */
const EXPIRED_MS = 2 * MINUTE_MS
/** So many are rendered at once: more would be done no sooner, since they share one thread, and hold their pieces longer. */
const RENDERINGS_MAX = 2
/** Eight audiences, those who are in none, the admins, the public; twice, as there are two forms. */
const KEPT_MAX = 22

interface SnapshotOptions {
  clock: Clock
  render: (key: OverviewKey, form: OverviewForm) => Promise<Snapshot>
  /** Told of a rendering that failed while nobody waited for it. */
  onFailure: (error: unknown) => void
}

/** Keeps one rendering for each key and form: made once for all who wait, never shown when it is known to be outdated. */
export function createSnapshots({ clock, render, onFailure }: SnapshotOptions): Snapshots {
  const all = new Map<string, Kept>()
  const inTurn = turns(RENDERINGS_MAX)
  const isRead = (kept: Kept) => clock.now() - kept.readAt < READ_MS
  const ageOf = ({ copy, changes }: Kept) => (copy?.changes === changes ? clock.now() - copy.madeAt : Number.POSITIVE_INFINITY)

  function begin(kept: Kept): Promise<Snapshot> {
    const before = kept.making
    if (before !== undefined && (before.changes === null || before.changes === kept.changes)) return before.done
    const making: Making = { changes: null, done: make() }
    async function make(): Promise<Snapshot> {
      // Also without one: `making` is only there afterwards.
      await before?.done.catch(() => {})
      return inTurn(async () => {
        const changes = kept.changes
        making.changes = changes
        const madeAt = clock.now()
        const snapshot = await render(kept.key, kept.form)
        kept.copy = { snapshot, madeAt, changes }
        return snapshot
      })
    }
    kept.making = making
    const over = () => {
      if (kept.making === making) kept.making = undefined
    }
    making.done.then(over, over)
    return making.done
  }

  async function renew(some: Iterable<Kept>): Promise<void> {
    for (const kept of some) await begin(kept).catch(onFailure)
  }

  return {
    read(key, form) {
      const kept = find(all, key, form)
      kept.readAt = clock.now()
      kept.isWanted = true
      const age = ageOf(kept)
      if (kept.copy === undefined || age > EXPIRED_MS) return begin(kept)
      if (age > AGED_MS) begin(kept).catch(onFailure)
      return Promise.resolve(kept.copy.snapshot)
    },
    async outdate(concerns) {
      const concerned = [...all.values()].filter(({ key }) => concerns(key))
      const wanted = concerned.filter((kept) => isRead(kept) && kept.isWanted)
      for (const kept of concerned) {
        kept.changes += 1
        kept.copy = undefined
        kept.isWanted = false
      }
      await renew(wanted)
    },
    async tend() {
      for (const [name, kept] of all) if (!isRead(kept)) all.delete(name)
      await renew([...all.values()].filter((kept) => kept.form === 'document' && ageOf(kept) >= RENEW_MS))
    },
    keys: () => [...new Set([...all.values()].map(({ key }) => key))],
  }
}

/** Has at most so many pieces of work go on at once; the others wait, first come, first served. */
function turns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** The one of this key and form, as the newest; the one that nobody came to for longest makes room for it. */
function find(all: Map<string, Kept>, key: OverviewKey, form: OverviewForm): Kept {
  const name = `${form} ${key}`
  const kept = all.get(name) ?? { key, form, readAt: 0, isWanted: false, changes: 0, copy: undefined, making: undefined }
  all.delete(name)
  all.set(name, kept)
  const [oldest] = all.keys()
  if (all.size > KEPT_MAX && oldest !== undefined) all.delete(oldest)
  return kept
}
