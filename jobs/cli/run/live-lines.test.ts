import { describe, expect, it } from 'vitest'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import { aRunView, aStep } from '#lib/testing/runs/run-views.ts'
import { createLiveScreen, type LiveView, liveLines, redraw } from './live-lines.ts'

const START = Date.parse('2026-11-20T07:00:00Z')
const at = (seconds: number) => START + seconds * 1000
const WIDE = { columns: 120, rows: 40 }

function logged(count: number): LogLine[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    attempt: 1,
    at: at(i),
    level: i === 1 ? 'warn' : 'info',
    message: `line ${i}`,
  }))
}

const running: LiveView = {
  zone: 'America/New_York',
  marks: [
    { at: at(60), done: 8000 },
    { at: at(120), done: 20_800 },
  ],
  log: logged(3),
  run: aRunView({
    flow: 'person',
    now: at(124),
    startedAt: START,
    leaseUntil: at(150),
    progressDone: 20_800,
    progressTotal: 40_000,
    etaAt: at(304),
    rowsRejected: 12,
    counters: { terms: { requested: 40_000, returned: 39_988 }, load: { changed: 80 } },
    tasks: [
      aStep('terms', { state: 'completed', startedAt: START, endedAt: at(12), tries: 2 }),
      aStep('load people', { startedAt: at(12) }),
      aStep('curate', { startedAt: at(100), tries: 1, problem: 'Busy.', waits: [{ from: at(110), until: at(140) }] }),
    ],
  }),
}

describe('the live display of a run', () => {
  it('says how far, how fast, until when, and whether it lives; then stages, steps and the end of the log', () => {
    expect(liveLines(running, WIDE)).toEqual([
      'person: running, 2 min 4 s',
      `${'█'.repeat(25)}${'░'.repeat(23)}  20,800 of 40,000 (52 %)`,
      '213 per second in the last minute, 173 per second overall; ends about 02:05:04 (in 3 min)',
      '12 put aside so far',
      'Last sign of life 4 s ago.',
      '',
      '  terms  40,000 requested, 39,988 returned',
      '  load   80 changed',
      '',
      '  ✓ terms        completed in 12 s, 2 tries',
      '  ▸ load people  for 1 min 52 s',
      '  ▸ curate       waits 16 s for try 2: Busy.',
      '',
      '02:00:00  line 0',
      '02:00:01  warn: line 1',
      '02:00:02  line 2',
    ])
  })

  it('ends with one line on how it went', () => {
    const run = aRunView({ state: 'completed', endedAt: 90_000, rowsLoaded: 12, now: 90_000 })
    expect(liveLines({ ...running, run, log: [] }, WIDE)).toEqual(['term: completed after 1 min 30 s, 12 rows.'])
  })

  it('says that nobody has taken it, and for what it waits', () => {
    const overdue = aRunView({ state: 'overdue', startedAt: null })
    expect(liveLines({ ...running, run: overdue, log: [] }, WIDE)).toEqual(['term: overdue', 'no worker has taken it yet: is one running?'])
    const waiting = aRunView({ state: 'scheduled', startedAt: null, waitingFor: 'Waits for another run of this flow.' })
    expect(liveLines({ ...running, run: waiting, log: [] }, WIDE)[1]).toBe('waiting: Waits for another run of this flow.')
  })

  it('shows the newest lines that still fit, and is never taller or wider than the screen', () => {
    const lines = liveLines({ ...running, log: logged(100) }, { columns: 40, rows: 20 })
    expect(lines).toHaveLength(19)
    expect(lines.at(-1)).toBe('02:01:39  line 99')
    for (const line of lines) expect([...line].length).toBeLessThan(40)
    expect(liveLines(running, { columns: 40, rows: 4 })).toHaveLength(3)
  })

  it('keeps to eight steps, those under way among them', () => {
    const over = Array.from({ length: 20 }, (_, i) => aStep(`step ${i}`, { state: 'completed', endedAt: 1 }))
    const tasks = [aStep('slow'), ...over, aStep('last'), aStep('other attempt', { attempt: 7 })]
    const steps = liveLines({ ...running, run: aRunView({ tasks }), log: [] }, WIDE).filter((line) => /^ {2}[✓▸]/.test(line))
    expect(steps.map((line) => line.trim().split('  ')[0])).toEqual([
      ...[14, 15, 16, 17, 18, 19].map((i) => `✓ step ${i}`),
      '▸ slow',
      '▸ last',
    ])
  })

  it('lets no line of a log move the cursor', () => {
    const line = { id: 1, attempt: 1, at: START, level: 'info', message: 'x\u001B[9A\ny' }
    expect(liveLines({ ...running, log: [line] }, WIDE).at(-1)).toBe('02:00:00  x [9A y')
  })
})

describe('a live screen', () => {
  function aScreen() {
    const written: string[] = []
    return { written, screen: createLiveScreen({ columns: 90, rows: 30, write: (text) => written.push(text) }) }
  }

  it('draws over its last drawing, and nothing when nothing has changed', () => {
    const { written, screen } = aScreen()
    screen.draw(['a', 'b'])
    screen.draw(['a', 'b'])
    screen.draw(['c'])
    expect(written).toEqual(['\r\u001B[0Ja\nb\n', '\u001B[2A\r\u001B[0Jc\n'])
    expect(written[1]).toBe(redraw(2, ['c']))
  })

  it('begins below once it has left its drawing', () => {
    const { written, screen } = aScreen()
    screen.draw(['a'])
    screen.leave()
    screen.draw(['a'])
    expect(written).toEqual(['\r\u001B[0Ja\n', '\r\u001B[0Ja\n'])
  })

  it('is as large as the terminal, or as terminals are', () => {
    expect(aScreen().screen.size()).toEqual({ columns: 90, rows: 30 })
    expect(createLiveScreen({ write: () => {} }).size()).toEqual({ columns: 80, rows: 24 })
  })
})
