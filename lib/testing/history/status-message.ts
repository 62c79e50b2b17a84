import type { Notice, StatusMessage } from '#lib/notifiers/notifier.ts'

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

/** A complete notice of something else; a test states only what matters to it. */
export function aNotice(differences: Partial<Notice> = {}): Notice {
  return {
    id: 'msg_fedcba9876543210',
    type: 'incident.opened',
    about: 'incident:12',
    title: 'SAP has not answered since 21:55',
    lines: ['It holds back People and 3 more feeds.', 'Good by about 03:03 if SAP answers.'],
    status: 'stale',
    isOver: false,
    at: Date.parse('2026-11-20T02:55:00Z'),
    link: 'https://status.campus.example/incidents/12',
    pageName: 'Campus data',
    zone: 'America/New_York',
    data: { incident: '12' },
    ...differences,
  }
}
