import { z } from 'zod'

const ORIGINS_MAX = 20

/** What anybody can get a name below: one wildcard there would let strangers in. Two-letter countries with a word such as "co" before them count, too. */
const SHARED = [
  ...['amazonaws.com', 'appspot.com', 'atlassian.net', 'azureedge.net', 'azurestaticapps.net', 'azurewebsites.net', 'cloudfront.net'],
  ...['cloud.looker.com', 'firebaseapp.com', 'fly.dev', 'github.io', 'gitlab.io', 'googleusercontent.com', 'herokuapp.com', 'looker.com'],
  ...['my.salesforce.com', 'netlify.app', 'notion.site', 'onrender.com', 'pages.dev', 'run.app', 'sharepoint.com', 'vercel.app'],
  ...['web.app', 'windows.net', 'workers.dev', 'wordpress.com', 'blogspot.com', 'zendesk.com'],
]
const SECOND_LEVEL = /^(?:ac|co|com|edu|gob|gov|gouv|go|govt|ltd|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/

/** Where a wildcard stands for names that one owner gives away. */
function isOwnDomain(name: string): boolean {
  const isShared = SHARED.some((shared) => name === shared || name.endsWith(`.${shared}`))
  return name.includes('.') && !isShared && !SECOND_LEVEL.test(name) && !/^[\d.]+$/.test(name)
}

const ONE_SUCH = 'is not an origin; write one such as https://wiki.example.edu'

/** What is wrong with an origin, as `is not …; what to write instead`; null: nothing. */
function originProblem(text: string): string | null {
  const [, scheme, wild = '', rest = ''] = /^(https?):\/\/(\*\.)?([^\s*'",;]+)$/.exec(text) ?? []
  const bare = `${scheme}://${rest}`
  const url = scheme !== undefined && URL.canParse(bare) ? new URL(bare) : null
  if (url === null) return text.includes('*') ? `${ONE_SUCH}, or https://*.example.edu` : ONE_SUCH
  const origin = url.origin.replace('://', `://${wild}`)
  if (isMore(url) || rest.endsWith('/')) return `is more than an origin; write ${origin} alone`
  if (url.origin !== bare) return `is not written as browsers write it; write ${origin}`
  return wild === '' ? null : wildcardProblem(url)
}

function isMore({ username, pathname, search, hash }: URL): boolean {
  return username !== '' || pathname !== '/' || search !== '' || hash !== ''
}

function wildcardProblem({ protocol, hostname }: URL): string | null {
  if (protocol !== 'https:') return 'has a wildcard without https; begin with https://, or write each host'
  return isOwnDomain(hostname) ? null : 'has a wildcard for names that strangers may have; write each host whole'
}

const originSchema = z.string().superRefine((text, { addIssue }) => {
  const message = originProblem(text)
  if (message !== null) addIssue({ code: 'custom', message })
})

/** The pages of other sites that may frame an embed: origins, as a browser compares them. */
export const embedInSchema = z
  .array(originSchema)
  .max(ORIGINS_MAX, `must hold at most ${ORIGINS_MAX} origins`)
  .describe(
    'Which sites may show embeds in a frame, such as https://wiki.example.edu; by default none. Badges are images and stand anywhere.',
  )
