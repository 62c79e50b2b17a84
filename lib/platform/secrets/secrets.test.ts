import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingReferences, referencesIn, resolveIfThere, resolveSecret, resolveSecrets, secretLookup, secretSource } from './secrets.ts'

const values: Record<string, string> = { USER: 'ann', HOST: 'db.example', TRICKY: '$& ${USER}' }
const lookup = (name: string) => values[name]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-secrets-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('references', () => {
  it('are replaced wherever they stand, and everything else is left alone', () => {
    const settings = { url: 'https://${USER}@${HOST}/x', deep: { list: ['${USER}', 7, null, true] }, plain: '$USER {USER} ${not closed' }
    expect(resolveSecrets(settings, lookup)).toEqual({
      url: 'https://ann@db.example/x',
      deep: { list: ['ann', 7, null, true] },
      plain: '$USER {USER} ${not closed',
    })
  })

  it('are put into an address so that it stays one, whatever the password', () => {
    const word = (name: string) => (name === 'PW' ? 'p@ss/w#rd' : undefined)
    expect(resolveSecret('postgres://reader:${PW}@db.example/x', word)).toBe('postgres://reader:p%40ss%2Fw%23rd@db.example/x')
    expect(resolveSecret('${PW}', word)).toBe('p@ss/w#rd')
  })

  it('are replaced once: a value that looks like a reference stays as it is', () => {
    expect(resolveSecret('${TRICKY}', lookup)).toBe('$& ${USER}')
  })

  it('to files give their content without the last line end', () => {
    const path = join(folder, 'password')
    writeFileSync(path, 'pass word\n')
    expect(resolveSecret(`file:${path}`, lookup)).toBe('pass word')
    expect(resolveSecret(`file://${path}`, lookup)).toBe('pass word')
    writeFileSync(path, '\uFEFF $pa#ss"word\' \r\n')
    expect(resolveSecret(`file:${path}`, lookup)).toBe(' $pa#ss"word\' ')
  })

  it('to a file or an .env file in UTF-16 are refused in words, not taken for missing', () => {
    const path = join(folder, 'utf16')
    writeFileSync(path, Buffer.from('\uFEFFWORD=secret\n', 'utf16le'))
    expect(() => resolveSecret(`file:${path}`, lookup)).toThrow(`The secret file ${path} is UTF-16 text`)
    expect(() =>
      resolveSecret(
        '${WORD}',
        secretLookup(path, () => undefined),
      ),
    ).toThrow(`The file ${path} is UTF-16 text`)
  })

  it('that lead nowhere are all named at once, without any value', () => {
    const settings = { a: '${MISSING_ONE}', b: { c: '${USER}-${MISSING_TWO}' }, d: 'file:/nowhere/at/all' }
    expect(() => resolveSecrets(settings, lookup)).toThrow(
      'Not set or not readable: MISSING_ONE, MISSING_TWO, the secret file /nowhere/at/all.',
    )
    expect(() => resolveSecrets(settings, lookup)).not.toThrow('ann')
    expect(() => resolveSecret('file:/nowhere', lookup)).toThrow(
      /^Not set or not readable: the secret file \/nowhere\. Put it there and let the worker read it; no restart is needed\.$/,
    )
  })
})

describe('missing references', () => {
  it('are listed without complaint', () => {
    expect(missingReferences([{ a: '${USER}' }, ['${NOT_THERE}', 'file:/nowhere']], lookup)).toEqual([
      'NOT_THERE',
      'the secret file /nowhere',
    ])
  })
})

describe('the references in settings', () => {
  it('are found wherever they stand, each once, with the setting they stand in', () => {
    const settings = { url: 'https://${USER}:${WORD}@x', deep: { key: ['file:/run/key', '${USER}'] }, plain: 'x', port: 5 }
    expect(referencesIn(settings)).toEqual([
      { setting: 'url', name: 'USER', isFile: false, text: 'https://${USER}:${WORD}@x' },
      { setting: 'url', name: 'WORD', isFile: false, text: 'https://${USER}:${WORD}@x' },
      { setting: 'key', name: '/run/key', isFile: true, text: 'file:/run/key' },
    ])
  })

  it('have a value only when all of it is there', () => {
    expect(resolveIfThere('${USER}@${HOST}', lookup)).toBe('ann@db.example')
    expect(resolveIfThere('${USER}@${NOT_THERE}', lookup)).toBeUndefined()
  })
})

describe('where a variable is set', () => {
  const shell = (name: string) => ({ SHELL_ONLY: 's', BOTH: 's', COPY: 'old', GIVEN: 'g' })[name]
  function source() {
    const envFile = join(folder, '.env')
    writeFileSync(envFile, 'FILE_ONLY=f\nBOTH=f\nCOPY=new\n')
    const own = (name: string) => (name === 'OWN' ? 'o' : undefined)
    return secretSource({ envFile, environment: shell, handedOn: new Set(['COPY', 'GIVEN']), own })
  }

  it.each([
    ['FILE_ONLY', 'f', 'env-file'],
    ['SHELL_ONLY', 's', 'shell'],
    ['BOTH', 's', 'shell-over-env-file'],
    ['COPY', 'new', 'env-file'],
    ['GIVEN', 'g', 'tidemark'],
    ['OWN', 'o', 'tidemark'],
    ['NOWHERE', undefined, 'missing'],
  ])('%s is %s from %s', (name, value, place) => {
    expect([source().lookup(name), source().placeOf(name)]).toEqual([value, place])
  })
})

describe('the lookup', () => {
  it('sees a password that changes in .env without a restart', () => {
    const envFile = join(folder, '.env')
    const fresh = secretLookup(envFile, () => undefined)
    expect(fresh('PASSWORD')).toBeUndefined()
    writeFileSync(envFile, 'PASSWORD="first"\nEMPTY=\n')
    expect(fresh('PASSWORD')).toBe('first')
    writeFileSync(envFile, 'PASSWORD=second\n')
    expect(fresh('PASSWORD')).toBe('second')
    expect(fresh('EMPTY')).toBeUndefined()
  })

  it.each([
    ['a line of Windows', 'PASSWORD=one\r\nOTHER=x\r\n', 'one'],
    ['a mark of byte order', '\uFEFFPASSWORD=one\n', 'one'],
    ['what a shell would need', 'export PASSWORD=one # until May\n', 'one'],
    ['a dollar, which stands for itself', 'PASSWORD=a$b${USER}\n', 'a$b${USER}'],
    ['a # in the middle of it', 'PASSWORD=pa#ss#word # until May\n', 'pa#ss#word'],
    ['a # and a quote', "PASSWORD=pa#ss'wo`rd\n", "pa#ss'wo`rd"],
    ['a # at the end of a line of Windows', 'PASSWORD=pass#\r\nOTHER=x\r\n', 'pass#'],
    ['a # after a blank, in quotes', 'PASSWORD=\'pass #word "x" $y\'\n', 'pass #word "x" $y'],
    ['equals signs', 'PASSWORD=cGFzcw==\n', 'cGFzcw=='],
    ['several lines in quotes', 'PASSWORD="one\nB=t#wo"\nOTHER=x\n', 'one\nB=t#wo'],
    ['no value', 'PASSWORD= # until May\n', undefined],
  ])('reads a value with %s', (_what, text, value) => {
    const envFile = join(folder, '.env')
    writeFileSync(envFile, text)
    expect(secretLookup(envFile, () => undefined)('PASSWORD')).toBe(value)
  })

  it('of a secret file in another encoding than UTF-8 is refused, and never a part of it used', () => {
    const path = join(folder, 'latin1')
    writeFileSync(path, Buffer.from('gr\xfcn', 'latin1'))
    expect(() => resolveSecret(`file:${path}`, () => undefined)).toThrow('is not UTF-8 text')
  })

  it('prefers the environment of the process, as everything else does', () => {
    const envFile = join(folder, '.env')
    writeFileSync(envFile, 'PASSWORD=file\n')
    expect(secretLookup(envFile, (name) => (name === 'PASSWORD' ? 'process' : undefined))('PASSWORD')).toBe('process')
    expect(secretLookup('none', () => undefined)('PASSWORD')).toBeUndefined()
  })
})
