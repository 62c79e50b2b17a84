// Sends what waits in the outbox of a database until it is killed: node e2e/crash/sender-process.ts <database> <begun at> <speed>.
import { sendMessages } from '#lib/commands/messages/send-messages.ts'
import { tellReceivers } from '#lib/commands/messages/tell-receivers.ts'
import { createContext } from '#lib/db/context.ts'
import { WORKER } from '#lib/domain/access/actor.ts'
import webhook from '#lib/notifiers/webhook.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createLog } from '#lib/platform/log.ts'
import { fastClock } from './fast-clock.ts'

const [, , url = '', begunAt = '0', speed = '1'] = process.argv
const clock = fastClock(Number(begunAt), Number(speed))
const ctx = createContext({ url, actor: WORKER, clock, log: createLog({ level: 'error', pretty: false }) })
const options = {
  notifiers: new Map([['webhook', webhook]]),
  lookup: () => 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signal: new AbortController().signal,
  goodAgain: async () => new Map(),
}
for (let round = 0; ; round += 1) {
  await Promise.all([sendMessages(ctx, options), tellReceivers(ctx, options)])
  if (round === 0) process.stdout.write('begun\n')
  await systemClock.sleep(5)
}
