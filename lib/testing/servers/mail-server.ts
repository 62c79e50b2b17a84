import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface MailServer {
  url: string
  mails: string[]
  /** The codes it refuses with from now on, by stage; `{}`: it takes everything. */
  behave(faults: Partial<Record<'login' | 'receiver' | 'data', number>>): void
  close(): Promise<void>
}

function refusal(status: number): Error {
  return Object.assign(new Error('no'), { responseCode: status })
}

export async function startMailServer(): Promise<MailServer> {
  const mails: string[] = []
  let faults: Parameters<MailServer['behave']>[0] = {}
  const refuseOr = (status: number | undefined, callback: (error?: Error | null) => void) =>
    callback(status === undefined ? null : refusal(status))
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: (auth, _session, callback) =>
      faults.login === undefined ? callback(null, { user: auth.username }) : callback(refusal(faults.login)),
    onRcptTo: (_address, _session, callback) => refuseOr(faults.receiver, callback),
    onData(stream, _session, callback) {
      text(stream).then(
        (mail) => {
          if (faults.data === undefined) mails.push(mail)
          refuseOr(faults.data, callback)
        },
        (error: Error) => callback(error),
      )
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `smtp://tidemark:secret@127.0.0.1:${address.port}`,
    mails,
    behave(next) {
      faults = next
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
