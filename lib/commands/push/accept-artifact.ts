import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import type { Context } from '#lib/db/context.ts'
import { forgetReadArtifacts, insertArtifact, isSeenWhole, listPushedProjects, sizeOfArtifacts } from '#lib/db/push/push-artifacts.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { readArtifactHead } from '#lib/records/read/dbt-artifact.ts'
import { type Accepted, requirePusher, storeHandedIn } from './accept-messages.ts'
import { ReadingPlaces, TakenAway } from './reading-places.ts'

/** So many artifacts of one connection are kept until a look has read them, and so many bytes of them, packed. */
export const ARTIFACTS_MAX = 300
const PACKED_BYTES_MAX = 1024 ** 3
const FULL_RETRY_MS = MINUTE_MS

/** So many are read at once: each may be large. */
const AT_ONCE = 2
const BUSY_RETRY_MS = 5 * SECOND_MS
const places = new ReadingPlaces(AT_ONCE)
const BUSY = 'Other artifacts are being read. Send this again in a moment.'
const TOO_SLOW = 'This came so slowly that another artifact was read in its place. Send it again in a moment, packed by gzip if it is not.'

/** What a manifest calls its nodes may be the names of tables that its sender does not see, and their columns stand in a catalog. */
const NAMING: Readonly<Record<string, string>> = { 'manifest.json': 'manifest', 'catalog.json': 'catalog' }
const namesAll = (what: string) =>
  `A ${what} names tables of any system, so it is taken from those who see everything: push it with a token without an audience.`

/**
 * Keeps an artifact of dbt for the connection of its project, which may be left out where there is only one; known when it comes again, by the invocation
 * that made it. Refused (`invalid`) when it is none or not whole, (`forbidden`) when it is a manifest or catalog of somebody who does not see everything, and `unavailable` while too much waits.
 */
export async function acceptArtifact(ctx: Context, connection: string | null, bytes: AsyncIterable<Uint8Array>): Promise<Accepted> {
  const { tokenId } = requirePusher(ctx)
  const key = await findProject(ctx, connection)
  await requireRoom(ctx, key)
  const place = places.take(ctx.clock)
  if (place === null) throw busy(BUSY, BUSY_RETRY_MS)
  try {
    const artifact = await readWhole(place.read(bytes))
    const naming = NAMING[artifact.name]
    if (naming !== undefined && ctx.actor.audience !== null) throw new TidemarkError('forbidden', { publicMessage: namesAll(naming) })
    return await storeHandedIn(ctx, async (sql) => {
      const now = ctx.clock.now()
      const isNew = await insertArtifact(sql, key, artifact, { tokenId, now })
      if (isNew) await forgetReadArtifacts(sql, key, now)
      return { stored: isNew ? 1 : 0, known: isNew ? 0 : 1 }
    })
  } catch (error) {
    throw error instanceof TakenAway ? busy(TOO_SLOW, BUSY_RETRY_MS) : error
  } finally {
    place.end()
  }
}

async function requireRoom({ whole, clock }: Context, key: string): Promise<void> {
  const isFull = async () => {
    const { count, bytes } = await sizeOfArtifacts(whole, key)
    return count >= ARTIFACTS_MAX || bytes >= PACKED_BYTES_MAX
  }
  if (!(await isFull())) return
  await forgetReadArtifacts(whole, key, clock.now())
  if (await isFull()) throw busy(`Too many artifacts of ${key} wait here until a look has read them. Send this again later.`, FULL_RETRY_MS)
}

/** The connection that is meant; whoever may tell of less than all its assets tells nothing of it. */
async function findProject({ pool, whole, actor }: Context, named: string | null): Promise<string> {
  const there = await listPushedProjects(pool)
  const [only, second] = there
  const key = named ?? (second === undefined ? only : undefined)
  if (named === null && second !== undefined)
    throw new TidemarkError('invalid', { publicMessage: `Say of which connection it is: ?connection=${there.join(' or ')}.` })
  const isSeen = key !== undefined && there.includes(key) && (actor.audience === null || (await isSeenWhole(whole, key, actor.audience)))
  if (isSeen) return key
  throw new TidemarkError('not-found', {
    publicMessage: `There is no ${named === null ? 'connection' : `connection "${named}"`} here whose artifacts are pushed (kind: dbt, artifacts: pushed).`,
  })
}

/** Reads an artifact to its end, packing it on the way: no more of it than a piece is held unpacked. */
async function readWhole(bytes: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256')
  const gzip = createGzip()
  const packed: Buffer[] = []
  gzip.on('data', (chunk: Buffer) => packed.push(chunk))
  const ended = once(gzip, 'end')
  ended.catch(() => {})
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk)
      if (!gzip.write(chunk)) await once(gzip, 'drain')
      yield chunk
    }
  }
  try {
    const { name, generatedAt, invocationId } = await readArtifactHead({ what: 'This', bytes: read() })
    gzip.end()
    await ended
    const sha256 = hash.digest('hex')
    return { name, generatedAt, invocationId: invocationId ?? sha256, sha256, packed: Buffer.concat(packed) }
  } catch (error) {
    throw isTidemarkError(error) ? new TidemarkError('invalid', { publicMessage: error.publicMessage }) : error
  } finally {
    gzip.destroy()
  }
}

function busy(publicMessage: string, retryAfterMs: number): TidemarkError {
  return new TidemarkError('unavailable', { publicMessage, retryAfterMs })
}
