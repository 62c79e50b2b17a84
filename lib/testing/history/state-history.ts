import fc from 'fast-check'
import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { noteWorkerGap } from '#lib/commands/status/note-worker-gap.ts'
import { rollUpDays } from '#lib/commands/status/roll-up-days.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, anAsset, calendarDays } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { aRunElsewhere, playRunElsewhere } from './run-elsewhere.ts'
import { declare, link, look, runIs, seen, unseen } from './state-world.ts'

export const START = Date.parse('2026-10-30T15:00:00Z')
const KEYS = ['lake/age', 'lake/daily', 'lake/two', 'lake/nightly', 'lake/both', 'lake/built'] as const

/** What may be made from what: two levels and more, one of which has a clock of its own, and circles. */
const LINKS = [
  'age → tile',
  'daily → tile',
  'watched → tile',
  'tile → board',
  'nightly → board',
  'two → both',
  'both → board',
  'board → ring',
  'ring → board',
  'ring → tile',
] as const

/** Mostly short; some last over nights, some over a change of clocks. */
const wait = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 * MINUTE_MS }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.integer({ min: 9 * HOUR_MS, max: 40 * HOUR_MS }) },
)
const key = fc.constantFrom(...KEYS)
const clock = fc.constantFrom('writtenAt' as const, 'loadedAt' as const, 'dataThroughAt' as const)
/** How old the value is that a probe finds; null: nothing there, negative: in the future. */
const age = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.constantFrom(null, -30_000, -70 * 365 * 24 * HOUR_MS) },
)

const event = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('probe' as const), key, clock, age }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('probe-again' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('failed-probe' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      key,
      reason: fc.constantFrom('gone' as const, 'refused' as const, 'no-time' as const),
      probes: fc.constantFrom(1, 2, 2, 3),
      apartMs: fc.constantFrom(45_000, 45_000, 20 * MINUTE_MS, 9 * HOUR_MS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unreachable' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      state: fc.constantFrom('completed' as const, 'partial' as const, 'failed' as const, 'crashed' as const),
      lastsMs: fc.integer({ min: 1, max: 3 * HOUR_MS }),
      rows: fc.constantFrom(0, 7),
    }),
  },
  { weight: 4, arbitrary: aRunElsewhere },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('window' as const),
      subject: fc.constantFrom('terms', 'other', null),
      delayMs: fc.integer({ min: -HOUR_MS, max: 5 * HOUR_MS }),
      isOpen: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close-window' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      limitHours: fc.integer({ min: 1, max: 9 }),
      blindMinutes: fc.constantFrom(15, 15, 90, 900),
      moves: fc.boolean(),
      removes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('worker-gap' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('links' as const), links: fc.subarray([...LINKS]) }) },
)
/** A history: how long nothing happens, whether the worker sweeps meanwhile, and then what. */
export const history = fc.array(fc.tuple(wait, fc.boolean(), event), { minLength: 3, maxLength: 14 })

type Event = typeof event extends fc.Arbitrary<infer E> ? E : never

interface Edit {
  limitHours: number
  blindMinutes: number
  moves: boolean
  removes: boolean
}

const FOLLOWS: CatalogueAsset['policies'] = [{ kind: 'upstream' }]

function assets({ limitHours, blindMinutes, moves, removes }: Edit) {
  const blindAfterMs = blindMinutes * MINUTE_MS
  const two = [anAge(2 * HOUR_MS, 20 * HOUR_MS, 'dataThroughAt'), anAge(5 * HOUR_MS, 9 * HOUR_MS)]
  const all = [
    anAsset('age', { policies: [anAge(limitHours * HOUR_MS, 12 * HOUR_MS)], blindAfterMs }),
    anAsset('daily', { policies: [calendarDays()], feed: moves ? 'other' : 'terms', blindAfterMs }),
    anAsset('two', { policies: two, feed: 'other', promised: !moves }),
    anAsset('nightly', { policies: [aDeadline()], blindAfterMs: null, flow: 'term' }),
    anAsset('built', {
      policies: [aDeadline({ clock: null }), anAge(26 * HOUR_MS, 50 * HOUR_MS)],
      blindAfterMs: null,
      job: moves ? 'lake/other' : 'lake/build',
    }),
    anAsset('watched', { policies: [{ kind: 'none' }] }),
    anAsset('tile', { policies: FOLLOWS, blindAfterMs: null }),
    anAsset('board', { policies: FOLLOWS, blindAfterMs: null, feed: moves ? 'terms' : 'other' }),
    anAsset('ring', { policies: moves ? [anAge(limitHours * HOUR_MS)] : FOLLOWS, feed: 'other' }),
    anAsset('both', { policies: [...FOLLOWS, anAge(4 * HOUR_MS, 9 * HOUR_MS)], blindAfterMs }),
  ]
  return removes ? all.slice(1) : all
}

export function declareCampus(ctx: Context, edit: Edit = { limitHours: 3, blindMinutes: 15, moves: false, removes: false }) {
  return declare(ctx, assets(edit), { terms: 'records', other: edit.moves ? 'records' : 'finance' })
}

/** Plays a history in order, sweeping whenever something is due, as a worker would. */
export class Play {
  readonly #ctx: Context
  readonly #clock: FakeClock
  #runs = 0
  #windows: number[] = []
  #last: { key: string; readings: Parameters<typeof seen>[1] }[] = []

  constructor(ctx: Context, clock: FakeClock) {
    this.#ctx = ctx
    this.#clock = clock
  }

  async goTo(instant: Instant, isSwept: boolean): Promise<void> {
    for (;;) {
      const { nextDueAt } = isSwept ? await sweepDue(this.#ctx) : { nextDueAt: null }
      if (nextDueAt === null || nextDueAt > instant) break
      this.#clock.set(nextDueAt)
    }
    this.#clock.set(instant)
    await rollUpDays(this.#ctx)
  }

  async happen(happening: Event): Promise<void> {
    const now = this.#clock.now()
    switch (happening.kind) {
      case 'probe': {
        const readings = { [happening.clock]: happening.age === null ? null : now - happening.age }
        this.#last.push({ key: happening.key, readings })
        await look(this.#ctx, [seen(happening.key, readings)])
        break
      }
      case 'probe-again': {
        const latest = new Map(this.#last.map((one) => [one.key, one.readings]))
        await look(
          this.#ctx,
          [...latest].map(([one, readings]) => seen(one, readings)),
        )
        break
      }
      case 'failed-probe':
        await look(this.#ctx, [unseen(happening.key)])
        break
      case 'answer':
        await this.#answer(happening)
        break
      case 'unreachable':
        for (let n = 0; n < 4; n += 1) {
          await recordUnreachable(this.#ctx, 'lake', this.#clock.now(), 'No answer.')
          await this.goTo(this.#clock.now() + 7 * MINUTE_MS, true)
        }
        break
      case 'run':
        await this.#run(happening)
        break
      case 'job':
        this.#runs += 1
        return playRunElsewhere(this.#ctx, { ...happening, id: `run ${this.#runs}`, startedAt: now }, (instant) => this.goTo(instant, true))
      case 'window': {
        const subject = happening.subject === null ? null : { kind: 'feed' as const, key: happening.subject }
        const from = now + happening.delayMs
        this.#windows.push(
          await openWindow(this.#ctx, { subject, kind: 'maintenance', from, to: happening.isOpen ? null : from + 4 * HOUR_MS, note: null }),
        )
        break
      }
      case 'close-window': {
        const windowId = this.#windows.pop()
        if (windowId !== undefined) await closeWindow(this.#ctx, { windowId })
        break
      }
      case 'edit':
        await declareCampus(this.#ctx, happening)
        break
      case 'links':
        await link(this.#ctx, happening.links)
        break
      case 'worker-gap': {
        await this.goTo(now + 10 * HOUR_MS, false)
        await noteWorkerGap(this.#ctx, { from: now, to: this.#clock.now() })
        break
      }
    }
  }

  async #answer({ key: asset, reason, probes, apartMs }: Extract<Event, { kind: 'answer' }>): Promise<void> {
    for (let n = 0; n < probes; n += 1) {
      if (n > 0) await this.goTo(this.#clock.now() + apartMs, true)
      await look(this.#ctx, [unseen(asset, reason)])
    }
  }

  async #run({ state, lastsMs, rows }: Extract<Event, { kind: 'run' }>): Promise<void> {
    this.#runs += 1
    const startedAt = this.#clock.now()
    const id = `00000000-0000-4000-8000-${String(this.#runs).padStart(12, '0')}`
    const base = { id, flow: 'term', scheduledFor: startedAt, startedAt, rowsLoaded: rows }
    await runIs(this.#ctx, { ...base, state: 'running', endedAt: null })
    await this.goTo(startedAt + lastsMs, true)
    await runIs(this.#ctx, { ...base, state, endedAt: this.#clock.now() })
  }
}
