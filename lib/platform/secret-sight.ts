import { createHmac } from 'node:crypto'
import { isSecretReference, type SeenReference } from '#lib/domain/secret-reference.ts'
import { type Reference, referencesIn, resolveIfThere, type SecretSource } from './secrets.ts'

const HIDDEN = '•••'
/** Shorter values stand in every other word: hiding them would only garble the text. */
const HIDDEN_LENGTH_MIN = 4

function keyedHash(text: string, key: string, digits: number): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, digits)
}

/** Tells whether two values are the same without telling either; comparable only under the same key, which its first part names. */
export function fingerprintOf(value: string, key: string): string {
  return `${keyedHash('which key', key, 8)}.${keyedHash(value, key, 32)}`
}

function look({ setting, name, isFile, text }: Reference, source: SecretSource, key: string): SeenReference {
  const value = resolveIfThere(isFile ? text : `\${${name}}`, source.lookup)
  const place = isFile ? 'secret-file' : source.placeOf(name)
  return {
    name,
    setting,
    isSecret: isFile || isSecretReference(setting, name, resolveIfThere(text, source.lookup) ?? ''),
    setIn: value === undefined ? 'missing' : place,
    fingerprint: value === undefined ? null : fingerprintOf(value, key),
  }
}

/** Every reference of a connection's settings as it is now: where it is set, and a keyed hash in place of its value. */
export function lookAtReferences(settings: Record<string, unknown>, source: SecretSource, key: string): SeenReference[] {
  return referencesIn(settings).map((reference) => look(reference, source, key))
}

function spellings(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : ''
  const plain = [value, password, decodeSafely(password)]
  return plain.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)])
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Takes the secrets of some settings out of a text, however they are spelt in it: for words that somebody else wrote. */
export function hideSecrets(text: string, settings: Record<string, unknown>, source: SecretSource): string {
  const values = referencesIn(settings).flatMap((reference) => {
    const isSecret = look(reference, source, '').isSecret
    return isSecret ? [resolveIfThere(reference.isFile ? reference.text : `\${${reference.name}}`, source.lookup) ?? ''] : []
  })
  const hidden = values.flatMap(spellings).filter((value) => value.length >= HIDDEN_LENGTH_MIN)
  return hidden.sort((a, b) => b.length - a.length).reduce((rest, value) => rest.replaceAll(value, HIDDEN), text)
}
