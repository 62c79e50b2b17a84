import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { contentPolicy, DATA_POLICY } from '#app/_lib/content-policy.ts'
import { OVERVIEW_PATH, type OverviewKey, READER_HEADER, writeOverviewKey } from '#app/_lib/overview-key.ts'
import { ownAddress, ownHeaders } from '#app/_lib/own-call.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { hashInlineScripts } from './inline-scripts.ts'
import type { OverviewForm, Snapshot } from './snapshots.ts'

const RENDER_MS = 30 * SECOND_MS
/** What belongs to the one answer that was rendered, not to those that are made from it. */
const LEFT_OUT =
  /^(?:connection|keep-alive|date|transfer-encoding|content-length|content-encoding|content-security-policy|cache-control|vary|set-cookie|etag)$/

/** Has Next render the overview as those of this key see it. */
export async function renderOverview(key: OverviewKey, form: OverviewForm): Promise<Snapshot> {
  const isUpdate = form === 'update'
  const headers = {
    ...ownHeaders(),
    [READER_HEADER]: writeOverviewKey(key),
    'accept-encoding': 'identity',
    ...(isUpdate && { rsc: '1' }),
  }
  const options: RequestInit = { headers, redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(RENDER_MS) }
  const answer = await fetch(`${ownAddress()}${OVERVIEW_PATH}${isUpdate ? '?_rsc=' : ''}`, options)
  const text = await answer.text()
  if (!answer.ok || !text.includes('data-now')) throw new Error(`The overview could not be rendered: ${answer.status}.`)
  return toSnapshot(key, answer.headers, isUpdate ? { body: text, policy: DATA_POLICY } : toDocument(text))
}

function toDocument(text: string) {
  const { html, sources } = hashInlineScripts(text)
  return { body: html, policy: contentPolicy(sources, { isDevelopment: false }) }
}

async function toSnapshot(key: OverviewKey, rendered: Headers, { body, policy }: { body: string; policy: string }): Promise<Snapshot> {
  const plain = Buffer.from(body)
  const headers = {
    ...Object.fromEntries([...rendered].filter(([name]) => !LEFT_OUT.test(name))),
    'content-security-policy': policy,
    // Browsers ask each time whether it is still this one; nobody else keeps what is meant for one audience.
    'cache-control': 'private, no-cache',
    vary: 'accept-encoding, authorization, cookie, rsc',
  }
  const etag = `W/"${createHash('sha256').update(key).update('\n').update(plain).digest('base64url')}"`
  return { headers, etag, plain, gzip: await promisify(gzip)(plain) }
}
