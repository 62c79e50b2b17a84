import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { failedProbe } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import { type Candidate, FolderProbe, isSame } from './newest-file.ts'
import type { Session } from './session.ts'
import { type SftpSettings, sftpAssetSettings } from './settings.ts'
import { toRequestError } from './ssh-errors.ts'

type Connected = Connection<SftpSettings>
type Seen = Extract<Observation, { ok: true }>

const previousState = z.object({ name: z.string(), bytes: z.number(), modifiedAt: z.number(), verified: z.boolean() })

/** Larger files are not read back to compare them with their side-car. */
const COMPARED_BYTES_MAX = 256_000_000
const SIDE_CAR_BYTES_MAX = 10_000

interface FirstProbe {
  asset: ObservedAsset
  pickedUp: string | undefined
  goesAway: boolean
  startedAt: number
  /** Newest first; null: the probe failed. */
  candidates: Candidate[] | null
  failure: unknown
}

/** The newest whole file of each template. A new file must stay the same for the settling time; all new files of one call share that
 * wait. */
export async function* observeFiles(
  connection: Connected,
  lines: Lines<Session>,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  yield* await lines.use(connection.signal, async (session) => {
    const first = new FolderProbe(session, connection)
    const firstProbes: FirstProbe[] = []
    for (const asset of assets) firstProbes.push(await firstProbe(connection, first, asset))
    const isNew = firstProbes.some(({ asset, candidates }) =>
      candidates?.some((candidate) => candidate.bytes > 0 && !isKnown(candidate, asset)),
    )
    if (isNew) await connection.clock.sleep(connection.settings.settle, connection.signal)
    const second = isNew ? new FolderProbe(session, connection) : first
    const seen: Observation[] = []
    for (const one of firstProbes) seen.push(await judge(connection, session, second, one))
    return seen
  })
}

async function firstProbe(connection: Connected, folders: FolderProbe, asset: ObservedAsset): Promise<FirstProbe> {
  const startedAt = connection.clock.now()
  const pickedUp = sftpAssetSettings.parse(asset.settings).pickedUp ?? connection.settings.pickedUp
  const first = { asset, startedAt, goesAway: pickedUp === true, pickedUp: typeof pickedUp === 'string' ? pickedUp : undefined }
  const [problem] = checkName(asset.path)
  if (problem !== undefined) {
    const publicMessage = `"${asset.path}" cannot be the name of a file: ${problem}.`
    return { ...first, candidates: null, failure: new TidemarkError('invalid', { publicMessage }) }
  }
  try {
    return { ...first, candidates: await folders.candidates(asset.path, first.pickedUp), failure: null }
  } catch (error) {
    return { ...first, candidates: null, failure: error }
  }
}

async function judge(connection: Connected, session: Session, folders: FolderProbe, first: FirstProbe): Promise<Observation> {
  try {
    if (first.candidates === null) throw first.failure
    const now = await folders.candidates(first.asset.path, first.pickedUp)
    return await choose(connection, session, first, now)
  } catch (error) {
    if (connection.signal.aborted || (error instanceof TidemarkError && error.retryable)) throw error
    const inWords = toRequestError(session.system, `look for ${first.asset.path}`, error)
    return failedProbe(first.asset.key, inWords)
  }
}

async function choose(connection: Connected, session: Session, first: FirstProbe, now: readonly Candidate[]): Promise<Seen> {
  const warnings: string[] = []
  const nothing = { candidate: null, verified: false as const, readings: [], warnings }
  let isChanging = false
  for (const candidate of now) {
    if (candidate.bytes === 0) {
      const what = candidate.leadsNowhere ? 'a link that leads to no file' : 'empty'
      warnings.push(`${candidate.name} is ${what} and does not count`)
      continue
    }
    if (isSettled(candidate, first)) {
      const verdict = await compare(session, candidate, first.asset)
      if (verdict !== 'different') return arrived(connection, first, candidate, verdict === 'same', warnings)
      warnings.push(`${candidate.name} is not what its side-car says and does not count`)
      continue
    }
    isChanging = true
    warnings.push(`${candidate.name} is still being written`)
    // The known file may be being rewritten: an older one would then look like a step back.
    if (first.asset.previous !== null) break
  }
  if (isChanging) return observed(connection, first, { ...nothing, detail: 'A file is being written at the moment.' })
  return withoutFile(connection, session, first, now, nothing)
}

/** Why no file counts: taken away as agreed, gone, not there yet, or empty. */
function withoutFile(
  connection: Connected,
  session: Session,
  first: FirstProbe,
  now: readonly Candidate[],
  nothing: { candidate: null; verified: false; readings: Seen['readings']; warnings: string[] },
): Seen {
  if (first.goesAway) return observed(connection, first, { ...nothing, detail: 'No file is there: the receiver takes them away.' })
  if (first.asset.previous !== null && now.every(({ leadsNowhere }) => leadsNowhere)) throw wentAway(session.system, first.asset.path)
  const readings: Seen['readings'] = [{ clock: 'writtenAt', at: null, precision: 'instant' }]
  return observed(connection, first, { ...nothing, readings, detail: 'No file of that name is there.' })
}

/** A file was there: unlike a file yet to come, its absence is an answer that lasts. */
function wentAway(system: string, path: string): TidemarkError {
  return new TidemarkError('not-found', {
    publicMessage: `${system} has no ${path} any more: no file of that name is there. If receivers take files away, set pickedUp.`,
    lasting: 'gone',
  })
}

function isSettled(candidate: Candidate, { asset, candidates }: FirstProbe): boolean {
  return isKnown(candidate, asset) || candidates?.some((before) => isSame(before, candidate)) === true
}

function arrived(connection: Connected, first: FirstProbe, candidate: Candidate, verified: boolean, warnings: string[]): Seen {
  const compared = verified ? ', and its content is what its side-car says' : ''
  return observed(connection, first, {
    candidate,
    verified,
    readings: [{ clock: 'writtenAt', at: candidate.modifiedAt, precision: 'instant' }],
    warnings,
    detail: `${candidate.path} has ${candidate.bytes} bytes${compared}.`,
  })
}

function observed(
  connection: Connected,
  { asset, startedAt }: FirstProbe,
  seen: Pick<Seen, 'readings' | 'warnings'> & { candidate: Candidate | null; verified: boolean; detail: string },
): Seen {
  const { candidate, verified } = seen
  const state =
    candidate === null ? asset.previous : { name: candidate.name, bytes: candidate.bytes, modifiedAt: candidate.modifiedAt, verified }
  return {
    ok: true,
    assetKey: asset.key,
    readings: seen.readings,
    rows: null,
    evidence: {
      method: verified ? 'content' : 'metadata',
      strength: verified ? 'strong' : 'weak',
      detail: seen.detail,
      costMs: connection.clock.now() - startedAt,
    },
    state,
    warnings: seen.warnings,
  }
}

/** Seen like this before: it has settled and need not be read again. */
function isKnown(candidate: Candidate, asset: ObservedAsset): boolean {
  const previous = previousState.safeParse(asset.previous)
  return previous.success && isSame(previous.data, candidate)
}

async function compare(session: Session, candidate: Candidate, asset: ObservedAsset): Promise<'same' | 'different' | 'unknown'> {
  if (candidate.sideCar === null || candidate.bytes > COMPARED_BYTES_MAX) return 'unknown'
  const previous = previousState.safeParse(asset.previous)
  if (previous.success && previous.data.verified && isSame(previous.data, candidate)) return 'same'
  const expected = /^[0-9a-f]{64}\b/i.exec(await sideCarText(session, candidate.sideCar))?.[0]
  if (expected === undefined) return 'unknown'
  const hash = createHash('sha256')
  for await (const piece of session.read(candidate.path)) hash.update(piece)
  return hash.digest('hex') === expected.toLowerCase() ? 'same' : 'different'
}

async function sideCarText(session: Session, path: string): Promise<string> {
  async function* beginning(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const piece of session.read(path)) {
      bytes += piece.length
      yield piece
      if (bytes > SIDE_CAR_BYTES_MAX) return
    }
  }
  return text(beginning())
}
