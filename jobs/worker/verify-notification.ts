import { verify, X509Certificate } from 'node:crypto'
import { type SnsMessage, signedText, snsProblem } from '#lib/domain/push/sns-message.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { httpRequest } from '#lib/platform/http/client.ts'

/** Fetches a text of SNS. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<string>

const LIMITS = { totalMs: 10_000, bodyBytes: 100_000 }
const KEPT_FOR_MS = HOUR_MS
const KEPT_MAX = 20
const DIGESTS = { 1: 'RSA-SHA1', 2: 'RSA-SHA256' } as const

/** Whether what is pushed in the name of SNS is from SNS, by the certificate that SNS publishes; confirms subscriptions. Nothing else is ever asked of anybody. */
export class NotificationVerifier {
  readonly #clock: Clock
  readonly #fetchText: FetchText
  readonly #known = new Map<string, { certificate: X509Certificate; at: Instant }>()

  constructor(clock: Clock, fetchText: FetchText = fetcherOf(clock)) {
    this.#clock = clock
    this.#fetchText = fetchText
  }

  /** Throws `refused` for a message that SNS did not sign, another error while that cannot be told. */
  async verify(message: SnsMessage, receivedAt: Instant, signal: AbortSignal): Promise<void> {
    const problem = snsProblem(message, receivedAt)
    if (problem !== null) throw refused(problem)
    const certificate = await this.#certificateAt(message.SigningCertURL, signal)
    const now = new Date(this.#clock.now())
    if (now < certificate.validFromDate || now > certificate.validToDate)
      throw refused('The certificate of its signature is not valid now.')
    const signed = Buffer.from(signedText(message))
    const isSigned = verify(DIGESTS[message.SignatureVersion], signed, certificate.publicKey, Buffer.from(message.Signature, 'base64'))
    if (!isSigned) throw refused('Its signature is not that of SNS.')
  }

  /** Tells SNS that its messages are wanted; asked for again it changes nothing. */
  async confirm(message: SnsMessage, signal: AbortSignal): Promise<void> {
    if (message.SubscribeURL !== undefined) await this.#fetchText(message.SubscribeURL, signal)
  }

  async #certificateAt(url: string, signal: AbortSignal): Promise<X509Certificate> {
    const known = this.#known.get(url)
    const now = this.#clock.now()
    if (known !== undefined && known.at > now - KEPT_FOR_MS) return known.certificate
    const certificate = toCertificate(await this.#fetchText(url, signal))
    this.#known.delete(url)
    this.#known.set(url, { certificate, at: now })
    const [oldest] = this.#known.keys()
    if (this.#known.size > KEPT_MAX && oldest !== undefined) this.#known.delete(oldest)
    return certificate
  }
}

function toCertificate(text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (cause) {
    throw refused('There is no certificate where its signature says.', cause)
  }
}

function refused(words: string, cause?: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `This message of SNS is not taken. ${words}`, cause })
}

function fetcherOf(clock: Clock): FetchText {
  return async (url, signal) => {
    const answer = await httpRequest({ system: 'SNS', url, signal, clock, limits: LIMITS })
    return answer.text()
  }
}
