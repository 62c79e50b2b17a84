import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeScratchFolder } from '#lib/testing/servers/scratch-folder.ts'
import { dbtJobLines } from './job-lines.ts'

const asked: { path: string; headers: IncomingHttpHeaders; body: Buffer }[] = []
let answer = 201
const page = createServer(async (request, response) => {
  asked.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) })
  response.writeHead(answer).end()
})
let folder: string
beforeAll(async () => {
  await once(page.listen(0, '127.0.0.1'), 'listening')
  folder = await makeScratchFolder('tidemark-dbt-job-')
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin', 'dbt'), '#!/bin/sh\nmkdir -p target && echo "{\\"of\\": \\"$1\\"}" > "target/$2.json"\nexit "$3"\n')
  await chmod(join(folder, 'bin', 'dbt'), 0o755)
})
afterAll(() => page.close())

/** Runs a job with these lines in front of it, as a CI would. */
function run(job: string): Promise<{ code: number | null; said: string }> {
  const script = [
    ...dbtJobLines({ connection: 'shop', url: `http://127.0.0.1:${(page.address() as AddressInfo).port}/it's $HOME/` }),
    job,
  ].join('\n')
  return new Promise((resolve) => {
    const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, TIDEMARK_TOKEN: 'tdm_secret "$x"', NODE_ENV: 'test' as const }
    const child = spawn('sh', ['-eu', '-c', script], { cwd: folder, env })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.on('close', (code) => resolve({ code, said }))
  })
}

it('what dbt left behind arrives when the job ends, also when dbt failed, whose exit code stays', async () => {
  expect(await run('dbt build manifest 0\ndbt build run_results 2\necho never')).toEqual({ code: 2, said: '' })
  expect(asked.map(({ path }) => path)).toEqual(Array.from({ length: 2 }, () => "/it's%20$HOME/api/v1/dbt?connection=shop"))
  expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer tdm_secret "$x"']))
  expect(asked.map(({ headers, body }) => [headers['content-encoding'], gunzipSync(body).toString().trim()])).toEqual([
    ['gzip', '{"of": "build"}'],
    ['gzip', '{"of": "build"}'],
  ])
})

it('a page that refuses fails no job, and says so', async () => {
  answer = 403
  const { code, said } = await run('dbt build sources 0')
  expect(code).toBe(0)
  expect(said).toContain('Tidemark did not take target/sources.json.')
})
