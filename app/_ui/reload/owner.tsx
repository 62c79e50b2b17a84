/** Whom to ask about a feed: a mail link where the owner is an address. */
export function Owner({ owner, about }: { owner: string; about: string }) {
  if (!/^\S+@\S+$/.test(owner)) return <bdi>{owner}</bdi>
  return (
    <a href={`mailto:${owner}?subject=${encodeURIComponent(about)}`}>
      <bdi>{owner}</bdi>
    </a>
  )
}
