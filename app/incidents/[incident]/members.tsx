import { assetPath, feedPath, subjectPath } from '#app/_ui/paths.ts'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import type { IncidentMember, IncidentView } from '#lib/queries/incidents/incident.ts'

const FEEDS_SHOWN = 100
const ASSETS_SHOWN = 30

/** Which feeds it holds or held back, by service group, from when until when; each unfolds to its assets. */
export function Members({ incident: { members, concerned } }: { incident: Pick<IncidentView, 'members' | 'concerned'> }) {
  const feeds = [...Map.groupBy(members, ({ feed }) => feed.key).values()]
  if (feeds.length === 0) return null
  const readers = concerned.length === 0 ? [] : [counted(concerned.length, 'reader')]
  return (
    <Section title="Who is affected" note={[counted(feeds.length, 'feed'), counted(members.length, 'asset'), ...readers].join(', ')}>
      <ScrollArea className="scroll" label="Who is affected">
        <table className="table stacked">
          <thead>
            <tr>
              <th scope="col">Feed</th>
              <th scope="col">Service group</th>
              <th scope="col">From</th>
              <th scope="col">Until</th>
              <th scope="col">What of it</th>
            </tr>
          </thead>
          <tbody>
            {feeds.slice(0, FEEDS_SHOWN).map((own) => (
              <Row key={own[0]?.feed.key} members={own} />
            ))}
          </tbody>
        </table>
      </ScrollArea>
      {feeds.length > FEEDS_SHOWN && <p className="muted mt-2">{`and ${counted(feeds.length - FEEDS_SHOWN, 'more feed')}.`}</p>}
      <Concerned readers={concerned} />
    </Section>
  )
}

/** Who reads what the incident is about, whom to ask there, and from where that is known. */
function Concerned({ readers }: { readers: readonly ConcernedReader[] }) {
  if (readers.length === 0) return null
  return (
    <>
      <h3 className="mt-6">Concerned as readers of the broken contract</h3>
      <table className="table stacked">
        <thead>
          <tr>
            <th scope="col">Reader</th>
            <th scope="col">Service group</th>
            <th scope="col">Owner</th>
            <th scope="col">Known by</th>
          </tr>
        </thead>
        <tbody>
          {readers.map(({ name, subject, group, owners, isNamed, isBelow }) => (
            <tr key={`${subject?.kind} ${subject?.key} ${name}`}>
              <th scope="row">
                <bdi>{subject === null ? name : <a href={subjectPath(subject)}>{name}</a>}</bdi>
              </th>
              <td data-label="Service group" className={group === null ? 'absent' : undefined}>
                <bdi>{group?.name ?? '–'}</bdi>
              </td>
              <td data-label="Owner" className={owners.length === 0 ? 'absent' : 'col-span-full'}>
                <bdi>{owners.length === 0 ? '–' : owners.join(', ')}</bdi>
              </td>
              <td data-label="Known by">{[...(isNamed ? ['contract'] : []), ...(isBelow ? ['lineage'] : [])].join(' and ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Row({ members }: { members: readonly IncidentMember[] }) {
  const [first] = members
  if (first === undefined) return null
  const to = members.some((member) => member.to === null) ? null : Math.max(...members.map((member) => member.to ?? 0))
  return (
    <tr>
      <th scope="row">
        <a href={feedPath(first.feed.key)}>
          <bdi>{first.feed.name}</bdi>
        </a>
      </th>
      <td data-label="Service group">
        <bdi>{first.group.name}</bdi>
      </td>
      <td className="whitespace-nowrap" data-label="From">
        <Time at={Math.min(...members.map(({ from }) => from))} form="long" />
      </td>
      <td className="whitespace-nowrap" data-label="Until">
        {to === null ? 'it goes on' : <Time at={to} form="long" />}
      </td>
      <td data-label="What of it">
        <Assets members={members} />
      </td>
    </tr>
  )
}

function Assets({ members }: { members: readonly IncidentMember[] }) {
  const list = (
    <ul>
      {members.slice(0, ASSETS_SHOWN).map(({ id, key, name, status, to }) => (
        <li key={id} className="flex flex-wrap gap-x-2">
          <a href={assetPath(key)}>
            <bdi>{name}</bdi>
          </a>
          {to === null && <StatusMark status={status} />}
        </li>
      ))}
      {members.length > ASSETS_SHOWN && <li className="muted">{`and ${counted(members.length - ASSETS_SHOWN, 'more asset')}`}</li>}
    </ul>
  )
  if (members.length === 1) return list
  return (
    <details className="fold m-0!">
      <summary>{counted(members.length, 'asset')}</summary>
      {list}
    </details>
  )
}
