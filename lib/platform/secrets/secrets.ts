import { fitterFor } from '#lib/domain/connections/address-reference.ts'
import type { SecretPlace } from '#lib/domain/connections/secret-reference.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { environmentVariable } from '#lib/platform/env.ts'
import { readEnvFile, readTextFile, type Variables } from '#lib/platform/env-file.ts'

export type Lookup = (name: string) => string | undefined

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
const FILE = /^file:(?:\/\/(?=\/))?(.+)$/s

/** A file that is not there holds nothing; one that cannot be understood throws. */
function readVariables(envFile: string): Variables {
  if (envFile === 'none') return {}
  try {
    return readEnvFile(envFile)
  } catch (error) {
    if (isTidemarkError(error)) throw error
    return {}
  }
}

export interface SecretSource {
  lookup: Lookup
  placeOf(name: string): SecretPlace
}

/** Variables of the process, then of the .env file, read anew each time, so that a changed password counts from the next use on. What
 * the launcher handed on is a copy: there the file comes first. `own`: what Tidemark knows itself when nobody set it. */
export function secretSource(options: {
  envFile: string
  environment?: Lookup
  handedOn?: ReadonlySet<string>
  own?: Lookup
}): SecretSource {
  const { envFile, environment = environmentVariable, handedOn, own } = options
  const inFile = (name: string) => readVariables(envFile)[name] || undefined
  const inShell = (name: string) => (handedOn?.has(name) ? undefined : environment(name))
  const handed = (name: string) => (handedOn?.has(name) ? environment(name) : undefined) ?? own?.(name)
  return {
    lookup: (name) => inShell(name) ?? inFile(name) ?? handed(name),
    placeOf(name) {
      if (inShell(name) !== undefined) return inFile(name) === undefined ? 'shell' : 'shell-over-env-file'
      if (inFile(name) !== undefined) return 'env-file'
      return handed(name) === undefined ? 'missing' : 'tidemark'
    },
  }
}

export function secretLookup(envFile: string, environment: Lookup = environmentVariable): Lookup {
  return secretSource({ envFile, environment }).lookup
}

const SECRET_FILE = 'the secret file '

function readSecretFile(path: string, missing: Set<string>): string {
  try {
    const secret = readTextFile(path, 'The secret file').replace(/\r?\n$/, '')
    if (secret !== '') return secret
  } catch (error) {
    if (isTidemarkError(error)) throw error
    // Reported below, as an empty file is.
  }
  missing.add(`${SECRET_FILE}${path}`)
  return ''
}

function resolveText(text: string, lookup: Lookup, missing: Set<string>): string {
  const path = FILE.exec(text)?.[1]
  if (path !== undefined) return readSecretFile(path, missing)
  const putIn = fitterFor(text)
  return text.replaceAll(VARIABLE, (_whole, name: string, offset: number) => {
    const value = lookup(name)
    if (value === undefined) missing.add(name)
    return putIn(value ?? '', offset)
  })
}

function resolve(value: unknown, lookup: Lookup, missing: Set<string>): unknown {
  if (typeof value === 'string') return resolveText(value, lookup, missing)
  if (Array.isArray(value)) return value.map((item) => resolve(item, lookup, missing))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, lookup, missing)]))
}

function refuse(missing: ReadonlySet<string>): never {
  const names = [...missing]
  const remedy = names.every((name) => name.startsWith(SECRET_FILE))
    ? 'Put it there and let the worker read it; no restart is needed.'
    : 'Put it into .env or into the environment of the worker; no restart is needed for .env and secret files.'
  throw new TidemarkError('invalid', { publicMessage: `Not set or not readable: ${names.join(', ')}. ${remedy}` })
}

/** One text with its `${NAME}` and `file:/path` references replaced. Never log the result. */
export function resolveSecret(text: string, lookup: Lookup): string {
  const missing = new Set<string>()
  const resolved = resolveText(text, lookup, missing)
  return missing.size > 0 ? refuse(missing) : resolved
}

/** Settings with every reference in them replaced; an error names all that are missing, and no value. Never log the result. */
export function resolveSecrets(settings: Record<string, unknown>, lookup: Lookup): Record<string, unknown> {
  const missing = new Set<string>()
  const resolved = Object.entries(settings).map(([key, value]) => [key, resolve(value, lookup, missing)] as const)
  return missing.size > 0 ? refuse(missing) : Object.fromEntries(resolved)
}

export interface Reference {
  setting: string
  name: string
  isFile: boolean
  text: string
}

function referencesOfText(text: string, setting: string): Reference[] {
  const path = FILE.exec(text)?.[1]
  if (path !== undefined) return [{ setting, name: path, isFile: true, text }]
  return [...text.matchAll(VARIABLE)].map(([, name = '']) => ({ setting, name, isFile: false, text }))
}

function referencesOf(value: unknown, setting: string): Reference[] {
  if (typeof value === 'string') return referencesOfText(value, setting)
  if (Array.isArray(value)) return value.flatMap((item) => referencesOf(item, setting))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => referencesOf(item, key))
}

export function referencesIn(settings: Record<string, unknown>): Reference[] {
  const all = referencesOf(settings, '')
  return all.filter((reference, index) => all.findIndex((other) => other.name === reference.name) === index)
}

/** The value of a text with references; undefined when one leads nowhere. Never log the result. */
export function resolveIfThere(text: string, lookup: Lookup): string | undefined {
  const missing = new Set<string>()
  const value = resolveText(text, lookup, missing)
  return missing.size === 0 ? value : undefined
}

/** Names of the variables and secret files that a value refers to and that are not there. */
export function missingReferences(value: unknown, lookup: Lookup): string[] {
  const missing = new Set<string>()
  resolve(value, lookup, missing)
  return [...missing]
}
