/** Recurring work in node-cron's form (seconds first). Flows stand in the catalogue instead; the planning sweep turns them into rows. */
export const SCHEDULE = [
  { cron: '*/5 * * * * *', sweep: 'plan' },
  { cron: '2-57/5 * * * * *', sweep: 'heartbeat' },
  { cron: '20 * * * * *', job: 'roll-up-days' },
  { cron: '40 7 * * * *', job: 'expand-maintenance' },
  { cron: '0 40 3 * * *', job: 'prune-history' },
] as const
