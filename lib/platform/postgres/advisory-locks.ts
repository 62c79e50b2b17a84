/** Every advisory lock by what it guards, so that no two share a key. The lake's are in the lake's database; document tables are locked
 * under two numbers, their name's hash and the part of the table. */
export const ADVISORY_LOCKS = {
  serverOwner: '410525',
  /** Prisma's own key for `migrate deploy`, so that the two never run at once. */
  migrations: '72707369',
  pageBuild: '410527',
  catalogueSync: '410100',
  lineageEdges: '410110',
  runPlan: '410200',
  maintenancePlan: '410210',
  reloadOrders: '410300',
  incidents: '410310',
  pushInbox: '410400',
  pushReceiver: '410410',
  lakeSchema: '8388346167743836779',
} as const
