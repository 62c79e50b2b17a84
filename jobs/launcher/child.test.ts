import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { childEnvironment } from '#lib/platform/env.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { type Child, type ChildPlan, keepRunning, waitBeforeStart } from './child.ts'

const PATIENT = { timeout: 20_000, interval: 20 }
const STAYS = 'setInterval(() => {}, 1000)'

let folder: string
let children: Child[] = []
let said: string[] = []

/** A child that notes each of its starts in a file, then does what `rest` says. */
async function planOf(name: string, rest: string): Promise<ChildPlan> {
  const script = join(folder, `${name}.mjs`)
  await writeFile(
    script,
    `import { appendFileSync } from 'node:fs'\nappendFileSync('${join(folder, name)}', process.pid + '\\n')\n${rest}\n`,
  )
  return { name, run: [script], environment: childEnvironment('production', ['PATH']) }
}

const startsOf = (name: string): number[] => {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : []
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

function keep(plan: ChildPlan, clock: FakeClock): Child {
  const child = keepRunning(plan, clock, (line) => said.push(line))
  children.push(child)
  return child
}

const starts = (name: string, count: number) => vi.waitFor(() => expect(startsOf(name)).toHaveLength(count), PATIENT)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'child-'))
})

afterEach(async () => {
  for (const child of children) child.kill()
  children = []
  said = []
  await rm(folder, { recursive: true })
})

describe('a child of the launcher', () => {
  test('waits longer before each further start: 1, 2, 4 … 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map(waitBeforeStart)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('that ends by itself is started again after its wait, and not before', async () => {
    const clock = new FakeClock(0)
    keep(await planOf('short', 'process.exit(3)'), clock)
    await vi.waitFor(() => expect(said).toEqual(['The short has stopped (exit code 3); it starts again in 1 s.']), PATIENT)
    await clock.advance(999)
    expect(startsOf('short')).toHaveLength(1)
    await clock.advance(1)
    await vi.waitFor(() => expect(said.at(-1)).toContain('it starts again in 2 s'), PATIENT)
    expect(startsOf('short')).toHaveLength(2)
  })

  test('that lived for a minute begins with the shortest wait again', async () => {
    const clock = new FakeClock(0)
    keep(await planOf('steady', STAYS), clock)
    for (const round of [1, 2]) {
      await starts('steady', round)
      await clock.advance(60_000)
      process.kill(startsOf('steady').at(-1) ?? 0, 'SIGKILL')
      await vi.waitFor(() => expect(said).toHaveLength(round), PATIENT)
      await clock.advance(1000)
    }
    expect(said.at(-1)).toBe('The steady has stopped (signal SIGKILL); it starts again in 1 s.')
  })

  test('is not started again once it was told to stop', async () => {
    const clock = new FakeClock(0)
    const child = keep(await planOf('polite', STAYS), clock)
    await starts('polite', 1)
    await child.stop()
    await clock.advance(60_000)
    expect(isAlive(startsOf('polite')[0])).toBe(false)
    expect([startsOf('polite').length, said]).toEqual([1, []])
  })

  test('that does not listen to being told is ended after 20 s', async () => {
    const clock = new FakeClock(0)
    const child = keep(await planOf('stubborn', `process.on('SIGTERM', () => {})\n${STAYS}`), clock)
    await starts('stubborn', 1)
    const stopped = child.stop()
    await clock.advance(20_000)
    await stopped
    expect(isAlive(startsOf('stubborn')[0])).toBe(false)
  })

  test('is replaced by another plan without two of them at once', async () => {
    const clock = new FakeClock(0)
    const child = keep(await planOf('first', STAYS), clock)
    await starts('first', 1)
    await child.replace(await planOf('second', STAYS))
    expect(isAlive(startsOf('first')[0])).toBe(false)
    await starts('second', 1)
  })

  test('ends by itself when its launcher is killed', async () => {
    const plan = await planOf('orphan', STAYS)
    const launcher = await startLauncher(plan)
    await starts('orphan', 1)
    const gone = once(launcher, 'exit')
    launcher.kill('SIGKILL')
    await gone
    await vi.waitFor(() => expect(isAlive(startsOf('orphan')[0])).toBe(false), PATIENT)
  })
})

async function startLauncher(plan: ChildPlan): Promise<ChildProcess> {
  const module = pathToFileURL('jobs/launcher/child.ts').href
  const script = join(folder, 'launcher.mjs')
  const clock = '{ now: () => 0, sleep: () => new Promise(() => {}) }'
  await writeFile(script, `import { keepRunning } from '${module}'\nkeepRunning(${JSON.stringify(plan)}, ${clock}, () => {})\n${STAYS}\n`)
  return spawn(process.execPath, [script], { stdio: 'ignore' })
}
