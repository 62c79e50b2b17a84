import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pathInWords, toPlain } from '#lib/catalogue/parse/node.ts'
import { toWrittenSchema } from '#lib/catalogue/schema/schema-keys.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { located } from '#lib/testing/catalogues/catalogue-texts.ts'
import { translateIssues } from './issues.ts'

/** What a schema's complaints about a text become; `*` marks those that point at the key. */
function told(schema: z.ZodType, text: string, showValues = true): string[] {
  const root = located(text)
  const { error } = schema.safeParse(toPlain(root))
  const source = { root, base: [], schema: toWrittenSchema(schema), schemaBase: [], showValues }
  return translateIssues(source, error?.issues ?? []).map(
    ({ path, at, problem, remedy }) => `${pathInWords(path)}${at === 'key' ? '*' : ''} | ${problem} | ${remedy}`,
  )
}

const methods = z.object({ method: z.enum(['column', 'metadata']) })
const from = z.object({ from: z.union([z.string(), z.array(z.string())]) })
const zone = z.object({ zone: z.string().refine(() => false, 'is not an IANA time zone; write one such as America/New_York') })

const cases: { name: string; schema: z.ZodType; text: string; says: string[] }[] = [
  {
    name: 'a number that is too large',
    schema: z.object({ count: z.number().max(5) }),
    text: 'count: 7',
    says: ['count | "count" must be at most 5. | Correct it, or take the line out.'],
  },
  {
    name: 'a number with a fraction',
    schema: z.object({ days: z.int() }),
    text: 'days: 1.5',
    says: ['days | "days" must be a whole number. | Write a whole number.'],
  },
  {
    name: 'text that is too short',
    schema: z.object({ code: z.string().min(3) }),
    text: 'code: ab',
    says: ['code | "code" must have at least 3 characters. | Correct it, or take the line out.'],
  },
  {
    name: 'text that is empty',
    schema: z.object({ code: z.string().min(1) }),
    text: 'code: ""',
    says: ['code | "code" must not be empty. | Correct it, or take the line out.'],
  },
  {
    name: 'a list that is too long',
    schema: z.object({ terms: z.array(z.string()).max(2) }),
    text: 'terms: [a, b, c]',
    says: ['terms | "terms" must have at most 2 entries. | Correct it, or take the line out.'],
  },
  {
    name: 'an item of a list',
    schema: z.object({ terms: z.array(z.string()) }),
    text: 'terms: [a, 2261]',
    says: ['terms[1] | "terms" must be text. | Put it between quotes.'],
  },
  {
    name: 'something missing in the middle of the tree',
    schema: z.object({ pool: z.object({ size: z.number() }) }),
    text: 'pool: {}',
    says: ['pool.size | "size" is missing. | Add "size" here.'],
  },
  {
    name: 'a map where there is a list',
    schema: z.object({ pool: z.object({}) }),
    text: 'pool: [1]',
    says: ['pool | "pool" must be a map of names to values. | Write a map of names to values.'],
  },
  {
    name: 'a date that is none',
    schema: z.object({ day: z.iso.date() }),
    text: 'day: soon',
    says: ['day | "soon" is not a valid date. | Correct it, or take the line out.'],
  },
  {
    name: 'a value close to one there is',
    schema: methods,
    text: 'method: colum',
    says: ['method | "colum" is not a method there is. | Did you mean "column"?'],
  },
  {
    name: 'a value close to none',
    schema: methods,
    text: 'method: 5',
    says: ['method | "5" is not a method there is. | There is: column, metadata.'],
  },
  {
    name: 'a value of a setting that begins with a vowel',
    schema: z.object({ epoch: z.enum(['s', 'ms']) }),
    text: 'epoch: minutes',
    says: ['epoch | "minutes" is not an epoch there is. | There is: s, ms.'],
  },
  {
    name: 'a choice that is missing',
    schema: methods,
    text: 'other: 1',
    says: ['method | "method" is missing. | Add "method", one of: column, metadata.'],
  },
  {
    name: 'neither of two shapes',
    schema: from,
    text: 'from: 5',
    says: ['from | "from" must be text or a list. | Write text or a list.'],
  },
  {
    name: 'the shape that was meant',
    schema: from,
    text: 'from: [lake/a, 5]',
    says: ['from[1] | "from" must be text. | Put it between quotes.'],
  },
  {
    name: 'an unknown key deep inside, by what its kind knows',
    schema: z.object({
      to: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('mail'), address: z.string().optional() }),
        z.strictObject({ kind: z.literal('hook'), addressee: z.string().optional() }),
      ]),
    }),
    text: 'to: { kind: hook, adress: x }',
    says: ['to.adress* | There is no setting "adress" here. | Did you mean "addressee"?'],
  },
  {
    name: 'a key that may not be one',
    schema: z.record(z.string().regex(/^[a-z]+$/, 'cannot be used as a key'), z.unknown()),
    text: '"2261": x',
    says: ['2261* | "2261" cannot be used as a key. | Correct it, or take the line out.'],
  },
  {
    name: 'a duration, with the remedy of its key',
    schema: z.object({ grace: durationSchema, pause: durationSchema }),
    text: '{ grace: soon, pause: 5 }',
    says: [
      'grace | "soon" is not a duration. | Write one such as 45m, 1h30m or 2d.',
      'pause | "pause" must be text. | Put it between quotes.',
    ],
  },
  {
    name: 'a zone somebody nearly knew',
    schema: zone,
    text: 'zone: Europe/Berln',
    says: ['zone | "Europe/Berln" is not an IANA time zone. | Did you mean "Europe/Berlin"?'],
  },
  {
    name: 'a zone nobody knows',
    schema: zone,
    text: 'zone: Middle-earth',
    says: ['zone | "Middle-earth" is not an IANA time zone. | Write one such as America/New_York.'],
  },
  {
    name: 'one value twice: the first complaint is enough',
    schema: z.object({ code: z.string().min(3).regex(/^x/, 'must begin with x') }),
    text: 'code: ab',
    says: ['code | "code" must have at least 3 characters. | Correct it, or take the line out.'],
  },
]

describe('a complaint of a schema in the words of the catalogue', () => {
  it.each(cases)('about $name', ({ schema, text, says }) => {
    expect(told(schema, text)).toEqual(says)
  })

  it('is none where nothing is wrong', () => {
    expect(told(methods, 'method: column')).toEqual([])
  })
})

describe('a value that may be a secret', () => {
  const word = z.string().regex(/@/, 'is not an address')

  it('is not repeated where no values may be shown', () => {
    expect(told(methods, 'method: hunter2', false)).toEqual([
      'method | "method" is none of the values there are. | There is: column, metadata.',
    ])
    expect(told(z.object({ to: word }), 'to: hunter2', false)).toEqual(['to | "to" is not an address. | Correct it, or take the line out.'])
  })

  it.each(['tell', 'connections'])('is not repeated under "%s" in any case', (part) => {
    const schema = z.object({ [part]: z.object({ to: word }) })
    expect(told(schema, `${part}: { to: hunter2 }`)).toEqual([`${part}.to | "to" is not an address. | Correct it, or take the line out.`])
    expect(told(z.object({ to: word }), 'to: data')).toEqual(['to | "data" is not an address. | Correct it, or take the line out.'])
  })
})
