import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '#demo/campus/listen.ts'

interface StandIn {
  answer(request: IncomingMessage, response: ServerResponse): void | Promise<void>
}

/** Serves a stand-in on the loopback address, on a free port unless one is named. Where it fails the line is cut. */
export async function serve(standIn: StandIn, wanted?: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      await standIn.answer(request, response)
    } catch {
      response.destroy()
    }
  })
  const { port, close } = await listen(server, wanted)
  return { url: `http://127.0.0.1:${port}`, close }
}
