import type { Role } from './actor.ts'

/** Who somebody may sign in as by one click where the demo runs; addresses that nobody can have. */
export const DEMO_PEOPLE = [
  {
    key: 'stakeholder',
    email: 'stakeholder@demo.invalid',
    name: 'Sam Rivera',
    role: 'viewer',
    words: 'A stakeholder, who reads; on the campus four groups more than everybody',
  },
  {
    key: 'engineer',
    email: 'engineer@demo.invalid',
    name: 'Noor Haddad',
    role: 'engineer',
    words: 'An engineer, who reloads what is stale',
  },
  { key: 'admin', email: 'admin@demo.invalid', name: 'Robin Okafor', role: 'admin', words: 'An admin, who knows who did what' },
] as const satisfies readonly { key: string; email: string; name: string; role: Role; words: string }[]
