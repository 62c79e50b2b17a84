// The web process: Next, and the door in front of it. Started by jobs/launcher.ts with --hostname, --port and, to develop, --dev. It is
// JavaScript, and takes the door out of Next's bundle: modules loaded a second time as TypeScript, and what Node reads that with, cost 50 MB.
import { parseArgs } from 'node:util'
import next from 'next'

const { values } = parseArgs({
  options: { hostname: { type: 'string' }, port: { type: 'string' }, dev: { type: 'boolean', default: false } },
})
const at = { hostname: values.hostname ?? '127.0.0.1', port: Number(values.port ?? 3000) }
const app = next({ dev: values.dev, ...at })
try {
  // `instrumentation.ts` gives it, after `prepare` or while that goes on.
  globalThis.tidemarkDoor = Promise.withResolvers()
  await app.prepare()
  const listen = await globalThis.tidemarkDoor.promise
  await listen({ ...at, isDevelopment: values.dev, answer: app.getRequestHandler() })
} catch (error) {
  process.stderr.write(`The web could not start: ${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}
