// A process that owns the embedded server of the folder named on its command line until it is killed.
import { startEmbeddedPostgres } from '#lib/platform/embedded-postgres.ts'

const server = await startEmbeddedPostgres(process.argv[2] ?? '')
process.stdout.write(`${server.pid}\n`)
