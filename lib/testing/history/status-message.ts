import type { StatusMessage } from '#lib/notifiers/notifier.ts'

/** A complete message; a test states only what matters to it. */
export function aStatusMessage(differences: Partial<StatusMessage> = {}): StatusMessage {
  return {
    id: 'msg_0123456789abcdef',
    feedKey: 'terms',
    feedName: 'Terms',
    groupName: 'Student records',
    from: 'fresh',
    to: 'late',
    reason: 'run-failed',
    since: Date.parse('2026-11-20T06:45:00Z'),
    explanation: 'Expected: every day at 01:00.\nThe run that should have loaded it did not succeed.',
    owner: 'registrar-data@campus.example',
    link: 'https://status.campus.example/feeds/terms',
    pageName: 'Campus data',
    zone: 'America/New_York',
    ...differences,
  }
}
