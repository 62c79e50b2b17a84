/** Whom to ask about a feed: a mail link where the owner is an address. */
export function Owner({ owner, about }: { owner: string; about: string }) {
  if (!/^\S+@\S+$/.test(owner)) return <bdi>{owner}</bdi>
  return (
    <a href={`mailto:${owner}?subject=${encodeURIComponent(about)}`}>
      <bdi>{owner}</bdi>
    </a>
  )
}

/** What is said of a feed that nobody can load from here, whoever reads it. */
export function OnlyWatched({ name, owner }: { name: string; owner: string | null }) {
  return (
    <>
      <strong>Tidemark only watches this:</strong> nothing here loads it.{' '}
      {owner === null ? (
        'It has no owner to ask.'
      ) : (
        <>
          Ask <Owner owner={owner} about={name} />.
        </>
      )}
    </>
  )
}
