import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { readRecords } from '#lib/records/read/record-format.ts'
import type { UnusableRecord } from '#lib/records/unusable-record.ts'
import { type Candidate, FolderProbe, isSame } from './newest-file.ts'
import type { Session } from './session.ts'
import { type SftpSettings, sftpExtractRequest } from './settings.ts'
import { toRequestError } from './ssh-errors.ts'

/** The rows of the newest whole file. Throws when there is none, and when it changes while it is read. */
export async function* readFile(
  connection: Connection<SftpSettings>,
  lines: Lines<Session>,
  input: Record<string, unknown>,
): AsyncGenerator<JsonObject | UnusableRecord> {
  const { path, ...format } = sftpExtractRequest.parse(input)
  const problem = path === undefined ? 'there is no path' : checkName(path)[0]
  if (path === undefined || problem !== undefined) {
    throw new TidemarkError('invalid', { publicMessage: `What to read from ${connection.key} is not clear: ${problem}.` })
  }
  yield* lines.stream(connection.signal, async function* (session) {
    try {
      const file = await newestWhole(connection, session, path)
      const bytes = contentOf(session, file)
      yield* readRecords({ system: session.system, what: `The file ${file.path} of ${session.system}`, bytes, quote: foreignWords }, format)
    } catch (error) {
      throw toRequestError(session.system, `read ${path}`, error)
    }
  })
}

async function newestWhole(connection: Connection<SftpSettings>, session: Session, path: string): Promise<Candidate> {
  const before = await new FolderProbe(session, connection).candidates(path, undefined)
  if (before.some(({ bytes }) => bytes > 0)) await connection.clock.sleep(connection.settings.settle, connection.signal)
  const now = await new FolderProbe(session, connection).candidates(path, undefined)
  const newest = now.find(({ bytes }) => bytes > 0)
  if (newest === undefined) {
    throw new TidemarkError('not-found', {
      publicMessage: `${session.system} has no file ${path}${now.some(({ leadsNowhere }) => !leadsNowhere) ? ' that is not empty' : ''}.`,
      retryable: true,
    })
  }
  if (before.some((candidate) => isSame(candidate, newest))) return newest
  throw new TidemarkError('unavailable', { publicMessage: `${newest.path} of ${session.system} is still being written.`, retryable: true })
}

async function* contentOf(session: Session, file: Candidate): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of session.read(file.path)) {
    bytes += piece.length
    yield piece
  }
  const after = await session.stat(file.path)
  if (bytes === file.bytes && after.bytes === file.bytes && after.modifiedAt === file.modifiedAt) return
  throw new TidemarkError('unavailable', { publicMessage: `${file.path} of ${session.system} changed while it was read.`, retryable: true })
}
