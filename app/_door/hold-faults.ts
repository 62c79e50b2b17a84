import type { ServerResponse } from 'node:http'

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** An answer whose faults do not leave before somebody has looked at them. */
export interface HeldAnswer {
  /** Resolves with its status when a fault is about to be sent; nothing of it is. */
  fault: Promise<number>
  /** From now on whoever was asked says nothing any more. */
  take(): void
  /** Sends this instead. */
  replace(answer: Answer): void
}

/** Holds back an answer whose status is a fault. */
export function holdFaults(response: ServerResponse, isFault: (status: number) => boolean): HeldAnswer {
  const send = { writeHead: response.writeHead, write: response.write, end: response.end, flushHeaders: response.flushHeaders }
  const { promise: fault, resolve } = Promise.withResolvers<number>()
  let isTaken = false
  const isHeld = (status: number) => {
    if (!isTaken && !response.headersSent && isFault(status)) {
      isTaken = true
      resolve(status)
    }
    return isTaken
  }
  const held =
    <A extends unknown[], R>(act: (...args: A) => R, instead: R, statusOf: (args: A) => number) =>
    (...args: A): R =>
      isHeld(statusOf(args)) ? instead : act.apply(response, args)
  const current = () => response.statusCode
  Object.assign(response, {
    writeHead: held(send.writeHead as (...args: unknown[]) => unknown, response, ([status]) => Number(status)),
    write: held(send.write as (...args: unknown[]) => unknown, true, current),
    end: held(send.end as (...args: unknown[]) => unknown, response, current),
    flushHeaders: held(send.flushHeaders, undefined, current),
  })
  return {
    fault,
    take: () => {
      isTaken = true
    },
    replace({ status, headers, body }) {
      if (response.headersSent || response.destroyed) return
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      Object.assign(response, send)
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
      response.end(response.req.method === 'HEAD' ? undefined : body)
      isTaken = true
      const nothing = () => response
      Object.assign(response, { writeHead: nothing, write: () => true, end: nothing, flushHeaders: nothing, setHeader: nothing })
    },
  }
}
