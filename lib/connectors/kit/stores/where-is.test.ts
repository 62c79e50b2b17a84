import { describe, expect, it } from 'vitest'
import { whereInAzure, whereInS3, whereOnSftp } from './where-is.ts'

describe('one place over two connections', () => {
  it.each([
    ['another root', { host: 'sftp.example.edu', root: '/data' }, 'in/a', { host: 'sftp.example.edu' }, 'data/in/a'],
    ['a root with a slash more', { host: 'sftp.example.edu', root: 'data/' }, 'in', { host: 'sftp.example.edu', root: '/data' }, 'in'],
    ['a root that is all there is', { host: 'sftp.example.edu', root: '/' }, 'in', { host: 'sftp.example.edu' }, './in'],
    ['the usual port', { host: 'sftp.example.edu', port: 22 }, 'in', { host: 'sftp.example.edu' }, 'in'],
    ['a port as text', { host: 'sftp.example.edu', port: '2222' }, 'in', { host: 'sftp.example.edu', port: 2222 }, 'in'],
    ['capitals', { host: 'SFTP.Example.edu' }, 'in', { host: 'sftp.example.edu.' }, 'in'],
    ['another account', { host: '${HOST}', user: 'a' }, 'in', { host: '${HOST}', user: 'b' }, 'in'],
  ])('is one on an SFTP server, with %s', (_, first, place, second, samePlace) => {
    expect(whereOnSftp(first, place)).toBe(whereOnSftp(second, samePlace))
  })

  it.each([
    ['a slash at its end', { endpoint: 'https://s3.example.edu/' }, { endpoint: 'https://s3.example.edu' }],
    ['capitals', { endpoint: 'https://S3.Example.edu' }, { endpoint: 'https://s3.example.edu' }],
    ['the usual port', { endpoint: 'https://s3.example.edu:443' }, { endpoint: 'https://s3.example.edu' }],
    ['a region beside it', { endpoint: 'https://s3.example.edu', region: 'eu-central-1' }, { endpoint: 'https://s3.example.edu' }],
    ['another scheme', { endpoint: 'http://s3.example.edu' }, { endpoint: 'https://s3.example.edu' }],
    ['regions of Amazon', { region: 'eu-central-1' }, { region: 'us-east-1' }],
    ['an address of Amazon', { region: 'eu-central-1' }, { endpoint: 'https://s3.us-east-1.amazonaws.com' }],
    ['the same reference', { endpoint: '${S3}', region: 'a' }, { endpoint: '${S3}' }],
  ])('is one in a bucket, with %s', (_, first, second) => {
    expect(whereInS3(first, 'shop/in')).toBe(whereInS3(second, 'shop/in'))
  })

  it('is one in an account of Azure, however its address is spelled', () => {
    const once = whereInAzure({ url: 'https://Shop.blob.core.windows.net/', sas: '${SAS}' }, 'landing')
    expect(once).toBe(whereInAzure({ url: 'https://shop.blob.core.windows.net' }, 'landing'))
  })

  it('is another one on another system', () => {
    const places = [
      whereOnSftp({ host: 'a.example.edu' }, 'in'),
      whereOnSftp({ host: 'a.example.edu', port: 2222 }, 'in'),
      whereOnSftp({ host: '${A}' }, 'in'),
      whereOnSftp({ host: '${a}' }, 'in'),
      whereInS3({ endpoint: 'https://a.example.edu' }, 'in'),
      whereInS3({ endpoint: 'https://a.example.edu:9000' }, 'in'),
      whereInS3({ endpoint: '${A}' }, 'in'),
      whereInS3({ endpoint: 'https://a.example.edu/store' }, 'in'),
      whereInS3({ region: 'eu-central-1' }, 'in'),
      whereInS3({ region: 'cn-north-1' }, 'in'),
      whereInS3({ region: 'us-gov-west-1' }, 'in'),
      whereInAzure({ url: 'https://a.example.edu' }, 'in'),
      whereInAzure({ url: 'http://127.0.0.1:10000/one' }, 'in'),
      whereInAzure({ url: 'http://127.0.0.1:10000/two' }, 'in'),
    ]
    expect(new Set(places).size).toBe(places.length)
  })
})
