import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
const BYTES_MIN = 24
const BYTES_MAX = 64

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
}

/** Secrets of a setting: one, or several with spaces between while the receiver changes over. */
export function splitSecrets(text: string): string[] {
  return text.split(/\s+/).filter((secret) => secret !== '')
}

/** Standard Webhooks asks for base64 of 24 to 64 bytes, with or without `whsec_` in front. */
export function isWebhookSecret(secret: string): boolean {
  const key = keyOf(secret)
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  return key.length >= BYTES_MIN && key.length <= BYTES_MAX && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}

/** The value of `webhook-signature`: over id, time and the very bytes of the body; one signature per secret. */
export function signWebhook(secrets: readonly string[], id: string, timestampSeconds: number, body: string): string {
  const content = `${id}.${timestampSeconds}.${body}`
  return secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`).join(' ')
}
