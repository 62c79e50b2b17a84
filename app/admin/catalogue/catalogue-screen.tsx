import { adminPartPath, groupPath, questionOf } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { AudienceSight, CatalogueAdminPage } from '#lib/queries/pages/catalogue-page.ts'
import { AdminShell } from '../admin-shell.tsx'
import { Versions } from './versions.tsx'

interface CatalogueScreenProps {
  found: CatalogueAdminPage
  /** Where the versions shown begin; null: with the newest. */
  before: number | null
  actor: Pick<Actor, 'role'>
}

/** The catalogue as an admin looks after it. */
export function CatalogueScreen({ found, before, actor }: CatalogueScreenProps) {
  // What is wrong with the catalogue stands below, whole.
  const frame = { ...found.frame, banners: found.frame.banners.filter(({ kind }) => kind !== 'catalogue') }
  const { problems, versions, checkedAt } = found
  return (
    <AdminShell frame={frame} actor={actor} part="catalogue" title={headline(found)} lead={leadOf(found)}>
      {problems.length > 0 && (
        <Section
          title={problems.length === 1 ? 'One problem' : `${formatCount(problems.length)} problems`}
          note={checkedAt === null ? undefined : <LookedAt at={checkedAt} />}
        >
          <Problems problems={problems} />
        </Section>
      )}
      <Section title="Who sees what">
        <Sights sights={found.sights} />
      </Section>
      <Section title="Versions" note={before === null ? undefined : <a href={adminPartPath('catalogue')}>Back to the newest</a>}>
        {versions.length === 0 ? (
          <p className="muted">{before === null ? 'None was accepted yet.' : 'There is none before that.'}</p>
        ) : (
          <Versions versions={versions} inForceId={found.inForceId} />
        )}
        {found.next !== null && (
          <nav className="pages" aria-label="Pages of versions">
            <a href={`${adminPartPath('catalogue')}${questionOf({ before: found.next })}`}>Earlier versions</a>
          </nav>
        )}
      </Section>
    </AdminShell>
  )
}

function headline({ problems, inForceId }: CatalogueAdminPage): string {
  if (inForceId === null) return 'No catalogue has been accepted yet.'
  return problems.length === 0
    ? 'The catalogue is in force as it is written.'
    : 'The catalogue has problems; the last good one stays in force.'
}

function leadOf({ inForceId, checkedAt, problems }: CatalogueAdminPage) {
  if (inForceId === null) return 'The worker reads the files that TIDEMARK_CONFIG names; what is wrong with them is listed here.'
  return (
    <>
      Version {inForceId} counts. {checkedAt !== null && problems.length === 0 && <LookedAt at={checkedAt} />}
    </>
  )
}

function LookedAt({ at }: { at: number }) {
  return (
    <>
      The files were last read <Time at={at} form="long" />
      <Age at={at} brackets past />.
    </>
  )
}

/** Each with its place and what to do. */
function Problems({ problems }: { problems: readonly CatalogueProblem[] }) {
  return (
    <ol className="divide-y divide-line border-t border-line">
      {problems.map(({ file, line, column, path, problem, remedy }) => (
        <li key={`${file}:${line}:${column}:${path}:${problem}`} className="py-3">
          <p>
            <code>{`${file}:${line}:${column}`}</code> {path !== '' && <code className="muted">{path}</code>}
          </p>
          <p dir="auto">{problem}</p>
          <p className="muted" dir="auto">
            {remedy}
          </p>
        </li>
      ))}
    </ol>
  )
}

function Sights({ sights }: { sights: readonly AudienceSight[] }) {
  const [only] = sights
  if (sights.length === 1 && only?.audience === null)
    return (
      <p>
        The catalogue names no <code>audiences:</code>, so everybody who may read sees{' '}
        {only.groups.length === 1 ? 'the one group' : `all ${formatCount(only.groups.length)} groups`}.
      </p>
    )
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Audience</th>
          <th scope="col">Who</th>
          <th scope="col">Service groups they see</th>
        </tr>
      </thead>
      <tbody>
        {sights.map(({ audience, groups, for: { oidc, people } }) => (
          <tr key={audience}>
            <th scope="row" className="font-medium md:whitespace-nowrap">
              {audience}
            </th>
            <td data-label="Who" className="md:min-w-56">
              <Whom audience={audience} oidc={oidc} people={people} />
            </td>
            <td data-label="Service groups they see" className="max-md:col-span-full">
              {groups.length === 0 ? (
                <span className="muted">none: every group belongs to an audience</span>
              ) : (
                <ul className="flex flex-wrap gap-x-4">
                  {groups.map(({ key, name }) => (
                    <li key={key}>
                      <a href={groupPath(key)} dir="auto">
                        {name}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Whom an audience is for. */
function Whom({ audience, oidc, people }: AudienceSight['for'] & { audience: string | null }) {
  if (audience === 'everybody') return 'whoever no other audience fits'
  if (oidc.length + people.length === 0) return <span className="muted">those who are given it, and tokens</span>
  return (
    <ul>
      {oidc.map((name) => (
        <li key={`g${name}`}>
          members of <code>{name}</code>
        </li>
      ))}
      {people.map((email) => (
        <li key={`p${email}`}>{email}</li>
      ))}
    </ul>
  )
}
