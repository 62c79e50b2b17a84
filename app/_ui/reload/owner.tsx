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
export function OnlyWatched({ name, owner, isLoadedElsewhere }: { name: string; owner: string | null; isLoadedElsewhere: boolean }) {
  if (isLoadedElsewhere)
    return (
      <>
        <strong>Tidemark cannot start what loads this:</strong> somebody has to start it there.
      </>
    )
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
