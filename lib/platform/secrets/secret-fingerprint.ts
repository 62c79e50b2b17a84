import { createHmac } from 'node:crypto'
import { isSecretAddress, isSecretSetting } from '#lib/domain/connections/secret-name.ts'
import { isSecretReference, type SeenReference } from '#lib/domain/connections/secret-reference.ts'
import type { KnownSecrets } from './redaction.ts'
import { type Lookup, type Reference, referencesIn, resolveIfThere, type SecretSource } from './secrets.ts'

const USER = /^(user|username|account|login)$/i

function keyedHash(text: string, key: string, digits: number): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, digits)
}

/** Equal for equal values, telling neither; comparable only under the same key, which its first part names. */
export function fingerprintOf(value: string, key: string): string {
  return `${keyedHash('which key', key, 8)}.${keyedHash(value, key, 32)}`
}

function fingerprintReference({ setting, name, isFile, text }: Reference, source: SecretSource, key: string): SeenReference {
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

/** Every reference of a connection's settings: where its value is set, and a keyed hash in place of it. */
export function fingerprintReferences(settings: Record<string, unknown>, source: SecretSource, key: string): SeenReference[] {
  return referencesIn(settings).map((reference) => fingerprintReference(reference, source, key))
}

/** What must never be repeated: the secrets a connection's settings lead to or hold, and their accounts. */
export function secretsOf(settings: Record<string, unknown>, lookup: Lookup): KnownSecrets {
  const resolved = (text: string) => resolveIfThere(text, lookup) ?? ''
  const references = referencesIn(settings).flatMap(({ setting, name, isFile, text }) => {
    const value = resolved(isFile ? text : `\${${name}}`)
    return isSecretReference(setting, name, resolved(text)) || isFile ? [value] : []
  })
  const texts = [...textsIn(settings, '')].map(([setting, text]) => [setting, resolved(text)] as const)
  const written = texts.flatMap(([setting, text]) => (isSecretSetting(setting) || isSecretAddress(text) ? [text] : []))
  const users = texts.flatMap(([setting, text]) => [...(USER.test(setting) ? [text] : []), ...userIn(text)])
  return { secrets: [...references, ...written].filter((value) => value !== ''), users }
}

function* textsIn(value: unknown, setting: string): Generator<[setting: string, text: string]> {
  if (typeof value === 'string') yield [setting, value]
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item, setting)
  else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) yield* textsIn(item, key)
}

function userIn(text: string): string[] {
  const user = URL.canParse(text) ? new URL(text).username : ''
  return user === '' ? [] : [user]
}
