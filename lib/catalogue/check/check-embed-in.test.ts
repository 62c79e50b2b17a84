import { describe, expect, it } from 'vitest'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { checkCatalogue } from './check-catalogue.ts'

const check = (...origins: unknown[]) =>
  checkCatalogue(
    parseCatalogue([
      { file: 'tidemark.yaml', text: `page:\n  name: Campus\n  zone: UTC\n  embedIn:\n${origins.map((o) => `    - ${o}\n`).join('')}` },
    ]),
    campusContracts,
  )
const said = (...origins: unknown[]) => check(...origins).problems.map((p) => `${p.line} ${p.path} | ${p.problem} | ${p.remedy}`)

describe('page.embedIn', () => {
  it('takes origins, with a port, of this machine, and with a wildcard for the names below one of its own', () => {
    expect(
      said(
        'https://wiki.example.edu',
        'http://wiki.local',
        'http://localhost:8080',
        'https://wiki.example.edu:8443',
        'https://*.example.edu',
        'https://xn--bcher-kva.example',
      ),
    ).toEqual([])
  })

  it('names everything else at once, each with its line and what to write', () => {
    expect(
      said(
        ...['"*"', '"https://*"', 'wiki.example.edu', '"https://wiki.example.edu/"', 'https://Wiki.example.edu:443'],
        ...[
          '"https://*.edu"',
          '"https://*.co.uk"',
          '"https://*.cloud.looker.com"',
          '"https://*.acme.github.io"',
          '"http://*.example.edu"',
          '"https://*.10.0.0.1"',
        ],
        ...[
          '"https://a.example.edu:*"',
          '"https://wiki.*.example.edu"',
          `"https://a.example.edu; script-src *"`,
          '"https://*.Example.edu/wiki"',
          '"\'self\'"',
        ],
        ...['ftp://wiki.example.edu', 'https://me@wiki.example.edu', 'https://bücher.example'],
      ),
    ).toEqual([
      '5 page.embedIn[0] | "*" is not an origin. | Write one such as https://wiki.example.edu, or https://*.example.edu.',
      '6 page.embedIn[1] | "https://*" is not an origin. | Write one such as https://wiki.example.edu, or https://*.example.edu.',
      '7 page.embedIn[2] | "wiki.example.edu" is not an origin. | Write one such as https://wiki.example.edu.',
      '8 page.embedIn[3] | "https://wiki.example.edu/" is more than an origin. | Write https://wiki.example.edu alone.',
      '9 page.embedIn[4] | "https://Wiki.example.edu:443" is not written as browsers write it. | Write https://wiki.example.edu.',
      '10 page.embedIn[5] | "https://*.edu" has a wildcard for names that strangers may have. | Write each host whole.',
      '11 page.embedIn[6] | "https://*.co.uk" has a wildcard for names that strangers may have. | Write each host whole.',
      '12 page.embedIn[7] | "https://*.cloud.looker.com" has a wildcard for names that strangers may have. | Write each host whole.',
      '13 page.embedIn[8] | "https://*.acme.github.io" has a wildcard for names that strangers may have. | Write each host whole.',
      '14 page.embedIn[9] | "http://*.example.edu" has a wildcard without https. | Begin with https://, or write each host.',
      '15 page.embedIn[10] | "https://*.10.0.0.1" has a wildcard for names that strangers may have. | Write each host whole.',
      '16 page.embedIn[11] | "https://a.example.edu:*" is not an origin. | Write one such as https://wiki.example.edu, or https://*.example.edu.',
      '17 page.embedIn[12] | "https://wiki.*.example.edu" is not an origin. | Write one such as https://wiki.example.edu, or https://*.example.edu.',
      '18 page.embedIn[13] | "https://a.example.edu; script-src *" is not an origin. | Write one such as https://wiki.example.edu, or https://*.example.edu.',
      '19 page.embedIn[14] | "https://*.Example.edu/wiki" is more than an origin. | Write https://*.example.edu alone.',
      `20 page.embedIn[15] | "'self'" is not an origin. | Write one such as https://wiki.example.edu.`,
      '21 page.embedIn[16] | "ftp://wiki.example.edu" is not an origin. | Write one such as https://wiki.example.edu.',
      '22 page.embedIn[17] | "https://me@wiki.example.edu" is more than an origin. | Write https://wiki.example.edu alone.',
      '23 page.embedIn[18] | "https://bücher.example" is not written as browsers write it. | Write https://xn--bcher-kva.example.',
    ])
  })
})
