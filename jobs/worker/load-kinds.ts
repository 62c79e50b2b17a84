import { fileURLToPath } from 'node:url'
import type { Notifier } from '#lib/notifiers/notifier.ts'
import { loadFolder } from '#lib/platform/load-folder.ts'
import type { JobKind } from './job-kind.ts'

const KINDS = fileURLToPath(new URL('../kinds', import.meta.url))
const NOTIFIERS = fileURLToPath(new URL('../../lib/notifiers', import.meta.url))

export function loadKinds(): Promise<Map<string, JobKind>> {
  return loadFolder(KINDS, {}, isJobKind)
}

export function loadNotifiers(): Promise<Map<string, Notifier>> {
  return loadFolder(NOTIFIERS, { except: ['notifier.ts'] }, isNotifier)
}

function isJobKind(value: unknown): value is JobKind {
  return typeof value === 'object' && value !== null && 'input' in value && 'key' in value && 'run' in value
}

function isNotifier(value: unknown): value is Notifier {
  return typeof value === 'object' && value !== null && 'settings' in value && 'wants' in value && 'send' in value
}
