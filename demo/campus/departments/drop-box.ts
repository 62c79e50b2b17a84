import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat, truncate, utimes } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '#lib/platform/clock.ts'
import type { DepartmentFaults } from './faults.ts'

interface DropBox {
  folder: string
  clock: Clock
  faults: DepartmentFaults
}

/** A department's drop box: PUT and POST keep a file, whole or not at all; GET and HEAD tell what is there. */
export async function answerDropBox(request: IncomingMessage, response: ServerResponse, path: string, box: DropBox): Promise<void> {
  const place = join(box.folder, posix.resolve('/', decodeURIComponent(path)))
  if (request.method === 'PUT' || request.method === 'POST') return keep(request, response, place, box)
  const found = await stat(place).catch(() => undefined)
  if (!found?.isFile()) return end(response, 404)
  const headers = {
    'content-length': String(found.size),
    'content-type': 'application/octet-stream',
    'last-modified': found.mtime.toUTCString(),
    etag: `"${await sha256Of(place)}"`,
  }
  response.writeHead(200, headers)
  if (request.method === 'HEAD') return void response.end()
  await pipeline(createReadStream(place), response).catch(() => {})
}

async function keep(request: IncomingMessage, response: ServerResponse, place: string, box: DropBox): Promise<void> {
  if (box.faults.take('full')) return end(response, 507)
  if (box.faults.take('breaks-off')) return void request.once('data', () => request.destroy())
  const part = join(box.folder, `.incoming-${randomUUID()}`)
  await mkdir(dirname(place), { recursive: true })
  try {
    await pipeline(request, createWriteStream(part))
    const status = await take(request, part, place, box)
    await rm(part, { force: true })
    end(response, status)
  } finally {
    await rm(part, { force: true })
  }
}

/** Moves a received file to its place if it is what its sender says; answers the status. */
async function take(request: IncomingMessage, part: string, place: string, { clock, faults }: DropBox): Promise<number> {
  const digest = /sha-256=:([A-Za-z0-9+/=]+):/.exec(request.headers['content-digest']?.toString() ?? '')?.[1]
  if (digest !== undefined && Buffer.from(digest, 'base64').toString('hex') !== (await sha256Of(part))) return 400
  if (faults.take('keeps-half')) await truncate(part, Math.floor((await stat(part)).size / 2))
  const existed = await stat(place).then(
    () => true,
    () => false,
  )
  await utimes(part, clock.now() / 1000, clock.now() / 1000)
  if (!faults.take('keeps-nothing')) await rename(part, place)
  return existed ? 204 : 201
}

async function sha256Of(path: string): Promise<string> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return digest.digest('hex')
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}
