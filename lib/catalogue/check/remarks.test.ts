import { describe, expect, it } from 'vitest'
import { located } from '#lib/testing/catalogues/catalogue-texts.ts'
import { checkSecrets } from './check-secrets.ts'
import { remarksOf } from './remarks.ts'

const remarks = (text: string) => remarksOf(located(text)).map((remark) => `${remark.problem} ${remark.remedy}`)

describe('what only shells know', () => {
  it.each([
    ['connections: { c: { host: "${DB_HOST:-localhost}" } }', 'Write "${DB_HOST}" and put the value into .env.'],
    ['connections: { c: { host: "${DB_HOST-localhost}" } }', 'Write "${DB_HOST}" and put the value into .env.'],
    ['connections: { c: { host: $DB_HOST } }', 'Write "${DB_HOST}" if its value is meant.'],
    ['tell: { webhook: { url: "https://x.example/$HOOK" } }', 'Write "${HOOK}" if its value is meant.'],
    ['connections: { c: { host: "${ DB_HOST }" } }', '"${ DB_HOST }" is no reference and stands for itself. Write "${DB_HOST}"'],
    ['connections: { c: { host: "${DB_HOST }" } }', 'Write "${DB_HOST}" if its value is meant.'],
    ['connections: { c: { host: "${env:DB_HOST}" } }', 'Write "${DB_HOST}" if its value is meant.'],
    ['connections: { c: { host: "{{ DB_HOST }}" } }', 'Write "${DB_HOST}" if its value is meant.'],
    ['connections: { c: { host: "$(DB_HOST)" } }', 'Write "${DB_HOST}" if its value is meant.'],
    ['connections: { c: { host: "%DB_HOST%" } }', 'Write "${DB_HOST}" if its value is meant.'],
  ])('gets a remark: %s', (text, remedy) => {
    expect(remarks(text)).toEqual([expect.stringContaining(remedy)])
  })

  it.each([
    'connections: { c: { host: "${DB_HOST}" } }',
    'connections: { c: { baseUrl: "https://x.example/odata?$format=json" } }',
    'connections: { c: { pattern: "^a$" } }',
    'connections: { c: { baseUrl: "https://x.example/gr%C3%9FE%20a", user: "{date}" } }',
    'flows: { f: { extract: { sql: "select $TAG" } } }',
  ])('and nothing else does: %s', (text) => {
    expect(remarks(text)).toEqual([])
  })

  it('is named where a secret was meant, without its default', () => {
    const said = checkSecrets(located('connections: { c: { password: "${PW:-hunter2}", url: "postgres://u:$PW@db/x" } }'))
    expect(said.map(({ remedy }) => remedy)).toEqual(['Write "${PW}" and put the value into .env.', 'Write "${PW}" if its value is meant.'])
    expect(JSON.stringify(said)).not.toContain('hunter2')
  })
})
