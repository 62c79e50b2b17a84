// npm start: database, migrations, pages, worker and web, in one command; `web` or `worker` for one part, --dev to develop.
import { chdir } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createLaunch, type Launch, type Mode } from '#jobs/launcher/launch.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { environmentVariable, readEnvironment } from '#lib/platform/env.ts'

const PARENT_EVERY_MS = 500
const INSIST_AFTER_MS = 1000
const MODES: readonly Mode[] = ['everything', 'web', 'worker']

function say(line: string): void {
  process.stdout.write(`${toShownText(line)}\n`)
}

function complain(error: unknown): void {
  const text = isTidemarkError(error) ? error.publicMessage : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${toShownText(text)}\n`)
}

function readArguments(): { mode: Mode; isDevelopment: boolean } {
  const { values, positionals } = parseArgs({ options: { dev: { type: 'boolean', default: false } }, allowPositionals: true })
  const mode = MODES.find((known) => known === (positionals[0] ?? 'everything'))
  if (mode !== undefined) return { mode, isDevelopment: values.dev }
  throw new TidemarkError('invalid', {
    publicMessage: `There is no "${positionals[0]}" to start. There is: npm start, npm run web, npm run worker, npm run dev.`,
  })
}

/** Every end leads through here: in order on the first request, at once when a person asks again. */
function endWith(launch: Launch): (code: number, isAsked?: boolean) => void {
  let askedAt: number | undefined
  process.on('exit', () => launch.kill())
  return (code, isAsked = false) => {
    // One Ctrl-C arrives twice: from the terminal, and passed on by npm.
    if (isAsked && askedAt !== undefined && systemClock.now() - askedAt > INSIST_AFTER_MS) process.exit(1)
    if (askedAt !== undefined) return
    askedAt = systemClock.now()
    if (isAsked) say('Stopping …')
    launch.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        complain(error)
        process.exit(1)
      },
    )
  }
}

/** `npm start` runs a shell that keeps SIGTERM for itself: when our parent goes, so do we. */
function endWithNpm(end: (code: number) => void): void {
  if (environmentVariable('npm_lifecycle_event') === undefined) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end(0)
  }, PARENT_EVERY_MS).unref()
}

function main(): void {
  chdir(fileURLToPath(new URL('..', import.meta.url)))
  const onLost = (error: unknown) => fail(error)
  const launch = createLaunch({ ...readArguments(), environment: readEnvironment(), clock: systemClock, say, onLost })
  const end = endWith(launch)
  const fail = (error: unknown) => {
    complain(error)
    end(1)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end(0, true))
  endWithNpm(end)
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  launch.start().catch(fail)
}

try {
  main()
} catch (error) {
  complain(error)
  process.exitCode = 1
}
