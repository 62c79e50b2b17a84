import type { Context } from '#lib/db/context.ts'
import { toInstantOrNull } from '#lib/db/instants.ts'
import { toPrismaJson } from '#lib/db/prisma-client.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Notes that a worker lives; `detail` says what it is doing. */
export async function noteHeartbeat(
  { prisma }: Pick<Context, 'prisma'>,
  worker: { id: string; startedAt: Instant; at: Instant; detail: Record<string, unknown> },
): Promise<void> {
  const { workerState } = await prisma()
  const beat = { heartbeatAt: new Date(worker.at), detail: toPrismaJson(worker.detail), stoppedAt: null }
  await workerState.upsert({
    where: { id: worker.id },
    create: { id: worker.id, startedAt: new Date(worker.startedAt), ...beat },
    update: beat,
    select: { id: true },
  })
}

/** When any worker was last heard of; null when none ever was. */
export async function getLastHeartbeat({ prisma }: Pick<Context, 'prisma'>): Promise<Instant | null> {
  const { workerState } = await prisma()
  const last = await workerState.findFirst({ orderBy: { heartbeatAt: 'desc' }, select: { heartbeatAt: true } })
  return toInstantOrNull(last?.heartbeatAt ?? null)
}

export async function noteStopped({ prisma }: Pick<Context, 'prisma'>, id: string, at: Instant): Promise<void> {
  const { workerState } = await prisma()
  await workerState.updateMany({ where: { id }, data: { stoppedAt: new Date(at), heartbeatAt: new Date(at) } })
}

export async function forgetWorkers({ prisma }: Pick<Context, 'prisma'>, before: Instant): Promise<number> {
  const { workerState } = await prisma()
  return (await workerState.deleteMany({ where: { heartbeatAt: { lt: new Date(before) } } })).count
}
