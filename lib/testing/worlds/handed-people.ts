const PREFIX = 'U7734'

interface HandedPerson {
  populations: readonly ('student' | 'employee' | 'affiliate' | 'faculty')[]
  terms: readonly string[]
  teaches: readonly string[]
  document: Record<string, unknown>
}

/** The sources of the person flow without a network: answers each request from the records handed to it. */
export class HandedPeople {
  readonly people = new Map<string, HandedPerson>()
  readonly termsAsked: string[] = []
  readonly batches: { buids: string[]; rows: number; isWithoutTerms: boolean }[] = []
  readonly lists: string[] = []
  /** May throw or wait in place of a source. */
  onList: (list: string) => unknown = () => {}
  onTerms: (buid: string, query: string, signal: AbortSignal) => unknown = () => {}
  onBatch: (buids: readonly string[]) => unknown = () => {}
  /** The answer to a batch; may throw in the middle. */
  answer: (records: readonly unknown[]) => Iterable<unknown> | AsyncIterable<unknown> = (records) => records

  #added = 0

  add(count: number, person: Partial<HandedPerson> = {}): string[] {
    return Array.from({ length: count }, () => {
      const buid = `${PREFIX}${String(this.#added).padStart(5, '0')}`
      const document = {
        personBasic: { names: [{ firstName: `Name ${this.#added}` }], ssn: '000' },
        email: [{ type: 'H', address: 'x' }],
      }
      this.#added += 1
      this.people.set(buid, { populations: ['student'], terms: ['2261', '2265'], teaches: [], document, ...person })
      return buid
    })
  }

  change(buid: string, changes: Partial<HandedPerson>): void {
    const person = this.people.get(buid)
    if (person) this.people.set(buid, { ...person, ...changes })
  }

  /** Forgets what was asked; answers well again. */
  behave(): void {
    this.termsAsked.length = 0
    this.batches.length = 0
    this.lists.length = 0
    this.onList = () => {}
    this.onTerms = () => {}
    this.onBatch = () => {}
    this.answer = (records) => records
  }

  isNamedIn(text: string): boolean {
    return text.includes(PREFIX)
  }

  readonly extract = (request: Record<string, unknown>, signal = new AbortController().signal): AsyncIterable<unknown> =>
    this.#extract(request, signal)

  async *#extract(request: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
    if (request['prompts'] !== undefined)
      yield* this.#terms(String(request['query']), Object.values(Object(request['prompts'])).map(String), signal)
    else if (request['query'] !== undefined) yield* this.#list('students', ['student'], (buid) => ({ CAMPUS_ID: buid }))
    else if (request['bapi'] !== undefined) yield* this.#employees()
    else if (request['filter'] !== undefined) yield* this.#directory(String(request['filter']), String(request['attributes']))
    else if (Array.isArray(request['persons'])) yield* this.#batch(request['persons'].map((row) => String(row.BUID)))
    else if (Array.isArray(request['people'])) yield* this.#people(request['people'])
    else throw new Error('nobody asks for that')
  }

  async *#list(name: string, populations: readonly string[], row: (buid: string) => unknown): AsyncGenerator<unknown> {
    this.lists.push(name)
    await this.onList(name)
    for (const [buid, person] of this.people) if (person.populations.some((population) => populations.includes(population))) yield row(buid)
  }

  async *#employees(): AsyncGenerator<unknown> {
    yield { BUID: 'U-withdrawn', EMP_STATUS: '0 - Withdrawn' }
    yield* this.#list('employees', ['employee'], (BUID) => ({ BUID, EMP_STATUS: '3 - Active' }))
  }

  #directory(filter: string, attribute: string): AsyncGenerator<unknown> {
    const population =
      filter.includes('=faculty))') || !/=(faculty|staff)\)$/.test(filter) ? 'affiliate' : filter.includes('staff') ? 'employee' : 'faculty'
    return this.#list(`directory ${population}`, [population], (buid) => ({
      dn: 'uid=x',
      attributes: { [attribute.toUpperCase()]: [buid] },
    }))
  }

  async *#terms(query: string, [buid = '']: string[], signal: AbortSignal): AsyncGenerator<unknown> {
    this.termsAsked.push(buid)
    await this.onTerms(buid, query, signal)
    const person = this.people.get(buid)
    if (query === 'BU_FACULTY_GET') for (const STRM of person?.teaches ?? []) yield { EMPLID: buid, STRM }
    else
      for (const [index, STRM] of (person?.terms ?? []).entries())
        yield { 'attr:rownumber': index + 1, CAMPUS_ID: buid, ACAD_CAREER: 'UGRD', STRM }
  }

  async *#people(people: { buid: string; terms: unknown[]; facultyTerms?: unknown[] }[]): AsyncGenerator<unknown> {
    const rows = people.map(({ terms, facultyTerms = [] }) => terms.length + facultyTerms.length)
    yield* this.#batch(
      people.flatMap(({ buid }, index) => Array.from({ length: Math.max(1, rows[index] ?? 0) }, () => buid)),
      rows.every((count) => count === 0),
    )
  }

  async *#batch(rows: readonly string[], isWithoutTerms = false): AsyncGenerator<unknown> {
    const buids = [...new Set(rows)]
    this.batches.push({ buids, rows: rows.length, isWithoutTerms })
    await this.onBatch(buids)
    const counted = Map.groupBy(rows, (buid) => buid)
    yield* this.answer(buids.map((buid) => this.#record(buid, counted.get(buid)?.length ?? 0)))
  }

  #record(buid: string, rows: number): unknown {
    const person = this.people.get(buid)
    return { kind: 'person', buid, text: JSON.stringify({ personid: buid, ...person?.document, studentInfo: { rows } }) }
  }
}
