// One step of `npm run check` or `npm test`: a program whose words are shown only when it fails.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

export interface Counts {
  passed: number
  failed: number
}

export interface StepResult extends Counts {
  name: string
  /** What the program said. */
  text: string
  seconds: number
}

export const root = join(import.meta.dirname, '..')

// The tools' own launchers stand first on the path, so that they run under the project's Node even when `npm` did not start us.
const PATH = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
// Node reads TypeScript, and large modules at all, in half the time when another process of the run has read them before.
const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'node')
const ENVIRONMENT = {
  ...process.env,
  ...{ PATH, NODE_COMPILE_CACHE, LC_ALL: 'C.UTF-8', NEXT_TELEMETRY_DISABLED: '1', FORCE_COLOR: '0', NO_COLOR: '1' },
}

interface Command {
  name: string
  /** Program and arguments. */
  run: readonly [string, ...string[]]
  environment?: Record<string, string>
}

/** Runs a program to its end, without input; resolves with its exit code, all its words and how long it took. */
export function runProgram(command: Command): Promise<{ code: number; text: string; seconds: number }> {
  const startedAt = performance.now()
  const [program, ...flags] = command.run
  const env = { ...ENVIRONMENT, ...command.environment }
  return new Promise((resolve) => {
    let text = ''
    const child = spawn(program, flags, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const end = (code: number) => resolve({ code, text, seconds: (performance.now() - startedAt) / 1000 })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        text += String(chunk)
      })
    }
    child.on('error', (error) => {
      text += `${program} could not be started: ${error.message}\n`
      end(127)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/** A step that either holds or not: it counts as one. */
export async function runStep(command: Command): Promise<StepResult> {
  const { code, text, seconds } = await runProgram(command)
  return { name: command.name, text, seconds, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
}

/** A suite that counts its own tests. One that ran nothing has failed, and so has one that ended badly without saying which test. */
export async function runSuite(command: Command, countTests: (text: string) => Counts | undefined): Promise<StepResult> {
  const { code, text, seconds } = await runProgram(command)
  const counts = countTests(text) ?? { passed: 0, failed: 0 }
  const nothing = counts.passed + counts.failed === 0
  const unnamed = (nothing || code !== 0) && counts.failed === 0
  return {
    name: command.name,
    text: nothing ? `${text}\nThe suite "${command.name}" ran nothing.` : text,
    seconds,
    passed: counts.passed,
    failed: counts.failed + (unnamed ? 1 : 0),
  }
}

/** One line per step; what a failed one said follows it. */
export function report(result: StepResult): void {
  const mark = result.failed === 0 ? '✓' : '✗'
  const count = result.passed + result.failed > 1 ? `  ${result.passed} passed, ${result.failed} failed` : ''
  process.stdout.write(`${mark} ${result.name.padEnd(14)} ${result.seconds.toFixed(1).padStart(6)} s${count}\n`)
  if (result.failed > 0) process.stdout.write(`${result.text.trimEnd()}\n`)
}
