import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { readPeople } from './read-people.ts'
import { bodiesFor } from './request.ts'
import { personApiSettings } from './settings.ts'

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

async function read(body: string, contentType = 'application/x-ndjson'): Promise<string[]> {
  receiver.behave((response) => response.setHeader('content-type', contentType).end(body))
  const settings = personApiSettings.parse({ url: receiver.url, key: 'k' })
  const connection = { key: 'p', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
  const records = await Array.fromAsync(readPeople(connection, { buids: [] }))
  return records.map((record) => (record.kind === 'person' ? `${record.buid} ${record.text}` : record.reason))
}

const line = (person: string) => `{"type":"record","data":${person}}\n`

describe('the lines of the person API', () => {
  it('give the text of a person as it was sent, to the last digit', async () => {
    const person = '{"personid":"U1","n":1.0,"big":12345678901234567890,"blank": [ ]}'
    expect(await read(line(person))).toEqual([`U1 ${person}`])
    expect(await read(` {"type" : "record" , "data" : ${person} } \r\n`)).toEqual([`U1 ${person}`])
    expect(await read(`{"data":${person},"type":"record"}\n{"type":"record","data":${person},"more":1}`)).toEqual([
      'U1 {"personid":"U1","n":1,"big":12345678901234567890,"blank":[]}',
      'U1 {"personid":"U1","n":1,"big":12345678901234567890,"blank":[]}',
    ])
  })

  it('may name the person late, as a number, or not at all', async () => {
    expect(
      await read(line('{"a":1,"personid":"U1"}') + line('{"personid":7}') + line('{"a":1}') + line('null') + line('{"personid":" "}')),
    ).toEqual([
      'U1 {"a":1,"personid":"U1"}',
      '7 {"personid":7}',
      'an object has no personid',
      'something that is no object stands where a person should be',
      'an object has no personid',
    ])
  })

  it('of errors about one person are dropped, of any other error throw', async () => {
    const dropped = [
      '{"type":"error","personid":"U90000001","status":404}',
      '{"type":"error","data":{"personid":"U90000001"},"message":"U90000001"}',
    ]
    expect(await read(dropped.join('\n'))).toEqual([
      'the API reports an error about one person (404)',
      'the API reports an error about one person',
    ])
    await expect(read('{"type":"error","message":"U90000001 and others","status":400}')).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
    })
    await expect(read('{"type":"error","status":500}')).rejects.toMatchObject({
      retryable: true,
      message: expect.not.stringContaining('U9'),
    })
    await expect(read('{"type":"error"}')).rejects.toMatchObject({ retryable: true })
  })

  it('of a summary have to count right; others are dropped and counted', async () => {
    expect(await read(`${line('{"personid":"U1"}')}{"type":"summary","returned":1,"requested":9}`)).toHaveLength(1)
    expect(await read('{"type":"progress","percent":5}')).toEqual(['a line is neither a person, an error nor a summary'])
    await expect(read(`${line('{"personid":"U1"}')}{"type":"end","total":2}`)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it.each(['{"type":"record","data":{"personid":"U1"', '{"type":"record","da'])(
    'that are cut off in the middle throw: %s',
    async (rest) => {
      await expect(read(line('{"personid":"U1"}') + rest)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    },
  )

  it.each(['nonsense', '[1]', '{"a":}', '<html></html>', '{"data":{}}', '{"data":3}', '{"data":[],"x":1'])(
    'that are something else are refused: %s',
    async (text) => {
      await expect(read(text)).rejects.toMatchObject({ name: 'TidemarkError', message: expect.not.stringContaining('nonsense') })
    },
  )

  it('may be one document instead, on one line or on many', async () => {
    expect(await read('{"data":[{"personid":"U1"},{}]}', 'application/json')).toEqual([
      'U1 {"personid":"U1"}',
      'an empty object stands where a person should be',
    ])
    expect(await read('\n{\n "data" : [\n {"personid":"U1"} ]\n}\n')).toEqual(['U1 {"personid":"U1"}'])
    expect(await read('{"data":[],"took":3}')).toEqual([])
  })
})

describe('what the person API is asked', () => {
  const OBJECTS = ['student', 'affiliate', 'faculty', 'employee']

  it('is the documented body, terms in small letters with their person', () => {
    const terms = [
      { 'attr:rownumber': 1, CAMPUS_ID: 'U1', ACAD_CAREER: 'UGRD', STRM: '2267' },
      { CAMPUS_ID: 'U1', ACAD_CAREER: 'UGRD', STRM: '2265' },
    ]
    const people = [
      { buid: 'U1', terms },
      { buid: 'U2', terms: [], facultyTerms: [{ 'attr:rownumber': 1, EMPLID: '', STRM: 2267 }] },
      { buid: 'U3', terms: [] },
    ]
    expect(bodiesFor(people)).toEqual([
      {
        objects: OBJECTS,
        options: { response_format: 'ndjson', batch_size: 4 },
        student: {
          uid_car_term: [
            { buid: 'U1', acad_career: 'UGRD', strm: '2267' },
            { buid: 'U1', acad_career: 'UGRD', strm: '2265' },
          ],
        },
        faculty: { emplid_term: [{ emplid: 'U2', strm: '2267' }] },
      },
      { buids: ['U3'], objects: OBJECTS, options: { response_format: 'ndjson' } },
    ])
  })

  it('leaves out what would be empty', () => {
    expect(bodiesFor([])).toEqual([])
    expect(bodiesFor([{ buid: 'U3', terms: [] }])).toHaveLength(1)
    expect(bodiesFor([{ buid: 'U1', terms: [{ STRM: '2267' }] }])[0]).not.toHaveProperty('faculty')
    expect(bodiesFor([{ buid: 'U1', terms: [], facultyTerms: [{ EMPLID: 'U1', STRM: '2267' }] }])[0]).not.toHaveProperty('student')
  })
})
