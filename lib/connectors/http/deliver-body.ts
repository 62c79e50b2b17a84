import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { httpDeliverOptions } from './request.ts'

/** Sends the file with its digest; by PUT a repeated try replaces it. Whether half a file can stand there is the server's matter. */
export async function deliverBody(connection: Connected, delivery: Delivery): Promise<Delivered> {
  const { method, verify, checksum } = httpDeliverOptions.parse(delivery.options)
  const [problem] = checkName(delivery.path)
  if (problem !== undefined)
    throw new TidemarkError('invalid', { publicMessage: `"${delivery.path}" cannot be the name of a delivered file: ${problem}.` })
  const url = addressOf(connection, delivery.path.split('/').map(encodeURIComponent).join('/'))
  const answer = await send(connection, url, method, delivery)
  const verified = verify === 'head' ? await verifyKept(connection, url, delivery, answer) : ''
  if (checksum) await sendSideCar(connection, delivery)
  const accepted =
    answer.status === 202 ? 'was accepted (HTTP 202), which is not yet a proof that it was kept' : `was taken (HTTP ${answer.status})`
  return { detail: `${delivery.path} ${accepted}: ${delivery.bytes} bytes${verified}.${checksum ? ' Its side-car holds the sha256.' : ''}` }
}

async function send(
  connection: Connected,
  url: URL,
  method: 'PUT' | 'POST',
  content: Pick<Delivery, 'contentType' | 'bytes' | 'sha256' | 'open'>,
): Promise<HttpAnswer> {
  const digest = Buffer.from(content.sha256, 'hex').toString('base64')
  const headers = {
    'content-type': content.contentType,
    'content-length': String(content.bytes),
    // RFC 9530, and its forerunner for servers that know only that one.
    'content-digest': `sha-256=:${digest}:`,
    digest: `SHA-256=${digest}`,
    // By this key a server knows a POST whose answer was lost.
    ...(method === 'POST' && { 'idempotency-key': `"${content.sha256}"` }),
  }
  const answer = await ask(connection, url, { method, headers, body: content.open() })
  await answer.text()
  return answer
}

async function sendSideCar(connection: Connected, delivery: Delivery): Promise<void> {
  const name = delivery.path.split('/').at(-1) ?? ''
  const line = Buffer.from(`${delivery.sha256}  ${name}\n`)
  const url = addressOf(connection, `${delivery.path}.sha256`.split('/').map(encodeURIComponent).join('/'))
  const answer = await ask(connection, url, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: line.toString() })
  await answer.text()
}

async function verifyKept(connection: Connected, url: URL, { path, bytes, sha256 }: Delivery, put: HttpAnswer): Promise<string> {
  const head = await ask(connection, url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
  await head.text()
  const notKept = (because: string) =>
    new TidemarkError('unavailable', {
      publicMessage: `${systemOf(connection)} did not keep ${path} as it was sent: ${because}.`,
      retryable: true,
    })
  const length = head.header('content-length')
  if (length === undefined) {
    throw new TidemarkError('refused', {
      publicMessage: `${systemOf(connection)} does not say how long ${path} is, so verify: head cannot be used with it.`,
    })
  }
  if (Number(length) !== bytes) throw notKept(`it has ${length} of ${bytes} bytes`)
  const [given, now] = [put.header('etag'), head.header('etag')]
  if (given !== undefined && now !== undefined && given !== now) throw notKept('its ETag has changed since')
  const hash = /\b([0-9a-f]{64})\b/i.exec(now ?? '')?.[1]?.toLowerCase()
  if (hash !== undefined && hash !== sha256) throw notKept('its sha256 is another one')
  return hash === undefined ? ', and it has as many' : ', and its sha256 is the same'
}
