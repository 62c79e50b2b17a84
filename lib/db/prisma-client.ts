import type { Pool } from 'pg'
import type { PrismaClient } from './generated/client.ts'

/**
 * A Prisma client on a pool of ours: it has no connection but the pool's and ends with it. It writes and reads instants without their zone,
 * so the sessions of the pool must be in UTC.
 */
export async function createPrismaClient(pool: Pool): Promise<PrismaClient> {
  // The file behind generated/client.ts, which would load 14 MB more.
  const [{ getPrismaClientClass }, { PrismaPg }, { rows }] = await Promise.all([
    import('./generated/internal/class.ts'),
    import('@prisma/adapter-pg'),
    pool.query<{ schema: string }>('select current_schema() as schema'),
  ])
  const Client = getPrismaClientClass()
  return new Client({ adapter: new PrismaPg(pool, { schema: rows[0]?.schema ?? 'public' }), errorFormat: 'minimal' })
}
