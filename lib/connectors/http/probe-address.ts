import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Probe } from '#lib/connectors/kit/probe.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { fillName, hasMarks, isDaily } from '#lib/domain/values/name-template.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { parseHttpDate } from '#lib/platform/http/date.ts'
import { isMarkup } from '#lib/records/read/disguise.ts'
import { sniffStart } from '#lib/records/read/sniff.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { httpAssetSettings } from './settings.ts'

/** A header this close to now is the server's own clock, not the content's. */
const NOW_MS = 2000
/** Earlier times are where clocks, archives and packages begin: the year 1, 1970, 1980, 1985. */
export const REAL_FROM = Date.UTC(1990, 0, 1)

const previousState = z.object({ name: z.string(), validator: z.string(), writtenAt: z.number() })

interface Version {
  validator: string
  method: 'last-modified' | 'etag' | 'content'
  isStrong: boolean
  modifiedAt: number | null
  bytes: number | null
}

/** One probe of one address: what its headers say of its age, or else whether its content has changed since the last probe. */
export async function probeAddress(connection: Connected, asset: ObservedAsset): Promise<Probe> {
  const { name, version } = await findVersion(connection, asset)
  const previous = previousState.safeParse(asset.previous)
  const known = previous.success && previous.data.name === name && previous.data.validator === version.validator ? previous.data : undefined
  const writtenAt = writtenAtOf(version, known?.writtenAt, connection.clock.now())
  return {
    readings: [{ clock: 'writtenAt', at: version.bytes === 0 ? null : writtenAt, precision: 'instant' }],
    rows: null,
    evidence: {
      method: version.method,
      strength: version.isStrong && (version.method === 'last-modified' || known !== undefined) ? 'strong' : 'weak',
      detail: detailOf(name, version, known !== undefined),
    },
    state: { name, validator: version.validator, writtenAt },
    warnings: version.bytes === 0 ? [`${name} is empty`] : [],
  }
}

function writtenAtOf(version: Version, known: number | undefined, now: number): number {
  if (version.method === 'last-modified' && version.modifiedAt !== null) return version.modifiedAt
  return known ?? version.modifiedAt ?? now
}

function detailOf(name: string, version: Version, isKnown: boolean): string {
  if (version.method === 'last-modified') return `The server says when ${name} was written last.`
  const what = version.method === 'etag' ? 'The ETag' : 'The content'
  return isKnown ? `${what} of ${name} is the same as at the last look.` : `${what} of ${name} has changed, or is seen for the first time.`
}

async function findVersion(connection: Connected, asset: ObservedAsset): Promise<{ name: string; version: Version }> {
  for (const name of namesOf(connection, asset)) {
    try {
      return { name, version: await versionOf(connection, name) }
    } catch (error) {
      if (!hasMarks(asset.path) || !isTidemarkError(error) || error.code !== 'not-found') throw error
    }
  }
  throw new TidemarkError('not-found', {
    publicMessage: `${systemOf(connection)} has no ${asset.path} of the last days, or hides it from us.`,
    lasting: 'gone',
  })
}

function namesOf(connection: Connected, { path, settings }: ObservedAsset): string[] {
  if (!hasMarks(path)) return [path]
  if (!isDaily(path)) {
    throw new TidemarkError('invalid', {
      publicMessage: `${path} cannot be looked for: over HTTP a name is guessed, and one with the time of day in it cannot be. Use {date} alone.`,
    })
  }
  const days = Math.round(httpAssetSettings.parse(settings).lookBack / DAY_MS)
  const { clock, settings: own } = connection
  const names = Array.from({ length: days + 2 }, (_, back) => fillName(path, clock.now() + DAY_MS - back * DAY_MS, own.zone))
  return [...new Set(names)].map((name) => name.split('/').map(encodeURIComponent).join('/'))
}

async function versionOf(connection: Connected, name: string): Promise<Version> {
  const url = addressOf(connection, name)
  const head = await headOf(connection, url)
  if (head) {
    await head.text()
    // Rows are often labelled text/html, and a sign-in page is no file: only the body can tell.
    const said = mayBeWebPage(name, head) ? undefined : versionIn(head, connection.clock.now())
    if (said && head.header('content-length') !== '0') return said
  }
  const answer = await ask(connection, url)
  const content = await contentOf(connection, name, answer)
  const now = connection.clock.now()
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of content) {
    bytes += piece.length
    hash.update(piece)
  }
  const said = versionIn(answer, now)
  if (said) return { ...said, bytes }
  return { validator: `sha256:${hash.digest('hex')}`, method: 'content', isStrong: false, modifiedAt: modifiedAtOf(answer, now), bytes }
}

/** undefined where HEAD is not understood. */
async function headOf(connection: Connected, url: URL): Promise<HttpAnswer | undefined> {
  try {
    return await ask(connection, url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
  } catch (error) {
    // HEAD may be refused where GET is not; a system that lets nobody in is not asked twice.
    if (isTidemarkError(error) && !error.systemWide && error.code !== 'cancelled') return undefined
    throw error
  }
}

function versionIn(answer: HttpAnswer, now: number): Version | undefined {
  const modifiedAt = modifiedAtOf(answer, now)
  if (modifiedAt !== null && sentAtOf(answer, now) - modifiedAt > NOW_MS) {
    return { validator: `modified:${modifiedAt}`, method: 'last-modified', isStrong: true, modifiedAt, bytes: null }
  }
  const etag = answer.header('etag')
  return etag === undefined || etag === ''
    ? undefined
    : { validator: `etag:${etag}`, method: 'etag', isStrong: !etag.startsWith('W/'), modifiedAt, bytes: null }
}

function sentAtOf(answer: HttpAnswer, now: number): number {
  return parseHttpDate(answer.header('date')) ?? now
}

/** null also for times at which nothing was written: where programs begin to count, and the future. */
function modifiedAtOf(answer: HttpAnswer, now: number): number | null {
  const at = parseHttpDate(answer.header('last-modified'))
  return at === null || at < REAL_FROM || at > sentAtOf(answer, now) + NOW_MS ? null : at
}

const SNIFF_BYTES = 4096

function mayBeWebPage(name: string, answer: HttpAnswer): boolean {
  return /html/i.test(answer.contentType) && !/\.html?$/i.test(name)
}

async function contentOf(connection: Connected, name: string, answer: HttpAnswer): Promise<AsyncIterable<Uint8Array>> {
  if (!mayBeWebPage(name, answer)) return answer.body
  const { start, chunks } = await sniffStart(answer.body, SNIFF_BYTES)
  if (!isMarkup(start)) return chunks
  await chunks.return()
  throw new TidemarkError('refused', {
    publicMessage: `The answer of ${systemOf(connection)} cannot be used: it is a web page, perhaps one to sign in.`,
  })
}
