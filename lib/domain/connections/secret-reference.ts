import type { Instant } from '#lib/domain/time/instant.ts'
import { isSecretAddress, isSecretName } from './secret-name.ts'

/**
 * Where the value of a reference comes from. `tidemark`: Tidemark hands it to its own worker (the embedded databases, the demo);
 * `shell-over-env-file`: it stands in .env too, but the environment wins.
 */
export const SECRET_PLACES = ['env-file', 'secret-file', 'shell', 'shell-over-env-file', 'tidemark', 'missing'] as const
export type SecretPlace = (typeof SECRET_PLACES)[number]

/** A reference in the settings of a connection as one look saw it. Never its value. */
export interface SeenReference {
  name: string
  setting: string
  /** False for what is no secret by itself: an address, a user. */
  isSecret: boolean
  setIn: SecretPlace
  /** `<key>.<keyed hash of the value>`; null when it is missing. */
  fingerprint: string | null
}

/** The same, with what earlier looks add. */
export interface KnownReference extends SeenReference {
  /** Since when we know this very value. */
  seenAt: Instant | null
  /** When the value was last seen to differ from the one before. */
  changedAt: Instant | null
}

const PLAIN_SETTING =
  /^(base)?(url|uri|address|endpoint)$|^(host|port|user|username|account|login|database|folder|path|region|tenant|base|root|hostKey|fingerprint)$/i
const keyOf = (fingerprint: string) => fingerprint.split('.')[0]

/** Whether a reference holds a secret; in doubt it does. `text` is the whole setting with the value in it. */
export function isSecretReference(setting: string, name: string, text: string): boolean {
  if (isSecretName(name) || isSecretName(setting) || isSecretAddress(text)) return true
  return !PLAIN_SETTING.test(setting)
}

/** What is known of a connection's references after one more look. A value hashed with another key cannot be compared and counts as the same. */
export function rememberReferences(known: readonly KnownReference[], seen: readonly SeenReference[], now: Instant): KnownReference[] {
  const before = new Map(known.map((reference) => [reference.name, reference]))
  return seen.map((reference) => {
    const old = before.get(reference.name)
    if (reference.fingerprint === null) {
      return { ...reference, fingerprint: old?.fingerprint ?? null, seenAt: old?.seenAt ?? null, changedAt: old?.changedAt ?? null }
    }
    if (old === undefined || old.fingerprint === null) return { ...reference, seenAt: now, changedAt: null }
    const { seenAt, changedAt } = old
    const isSame = reference.fingerprint === old.fingerprint || keyOf(reference.fingerprint) !== keyOf(old.fingerprint)
    return isSame ? { ...reference, seenAt: seenAt ?? now, changedAt } : { ...reference, seenAt: now, changedAt: now }
  })
}
