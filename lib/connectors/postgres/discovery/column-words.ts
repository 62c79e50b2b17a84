/** What a column's name says about the time it might hold. */
export type NameRole = 'load' | 'change' | 'creation' | 'event' | 'business' | 'time' | 'none'

export interface NameReading {
  role: NameRole
  /** A word for a moment is part of it (`date`, `at`, `datum`, `fecha`), so that a number or text may be one. */
  saysTime: boolean
  /** How many words are unknown; a prefix such as `rev_` is one. */
  unknown: number
  /** All words but a prefix are known: enough to take a number or a text for a time. */
  clear: boolean
}

type Word = 'time' | 'day' | 'on' | 'last' | 'filler' | 'load' | 'change' | 'creation' | 'event' | 'range' | 'business' | 'never'

/** English, German, French, Spanish, Italian, Portuguese and Dutch, without accents: databases are named in all of them. */
const WORDS: Record<Word, string> = {
  time: 'time at ts tm dttm dtm dts dtime datetime timestamp timestamptz tstamp stamp clock moment zeit zeitpunkt zeitstempel uhrzeit heure horodatage hora ora tijd tijdstip tijdstempel',
  day: 'date dt dte dat day datum tag jour fecha fec fch dia giorno dag',
  on: 'on am um le en el il em op',
  filler:
    'most recent row rows rec record sys system audit meta dw dwh etl elt stg utc gmt local tz epoch unix ms sec millis data of de del della dell di du des da do van der die das zur a',
  last: 'last latest letzte letzter letztes letzten zuletzt derniere dernier ultima ultimo ult laatste laatst',
  load: 'load loaded loading ingest ingested ingestion insert inserted import imported sync synced synchronized synchronised extract extracted batch refresh refreshed processed fetched fetch snapshot replicated geladen lade ladung importiert eingespielt chargement charge importe carga cargado importado importacion caricamento caricato importato carregado carregamento importacao ingelezen',
  change:
    'activity modif modified modification modify mod update updated upd change changed chg mtime touched edited written write wrote revised altered amended recorded checked heartbeat seen geandert geaendert anderung aenderung anderungs aenderungs aktualisiert aktualisierung aktualisierungs bearbeitet bearbeitung bearbeitungs mutation mutations modifie modifiee maj mise mis modificacion modificado modificada actualizacion actualizado actualizada modifica modificato modificata aggiornamento aggiornato aggiornata alteracao alterado alterada atualizacao atualizado atualizada modificacao gewijzigd wijziging wijzigings bijgewerkt mutatie',
  creation:
    'create created creation crt cre cr add added entered entry made generated registered registration upload uploaded submitted stored ctime erstellt erstellung erstellungs erstell angelegt anlage erfasst erfassung erfassungs erzeugt cree creee saisie creacion creado creada alta creazione creato creata inserimento criacao criado criada inclusao cadastro aangemaakt aanmaak',
  event:
    'event active download downloaded occurred order ordered sale sold transaction txn trans tx posted posting post measured observed observation business value trade booking booked invoice received sent logged log payment paid ship shipped shipping delivery delivered visit login access accessed used viewed read call rental returned started finished completed ended bestell bestellt buchung buchungs rechnung rechnungs verkauf verkaufs beleg liefer ereignis commande vente facture evenement venta pedido factura evento movimiento ordine vendita fattura venda emissao bestelling factuur verkoop',
  range: 'start begin beginn end ende debut fin inicio inizio fine',
  business:
    'birth born dob bday birthday geburt geburts geb naissance nacimiento nascita nascimento geboorte valid validity gultig gueltig valide vigencia vigente validita geldig effective effdt eff until bis hasta fino thru through from von depuis desde dal vanaf ab to due deadline fallig faellig frist echeance vencimiento scadenza vervaldatum verval expires expired expire expiry expiration exp ablauf verfall verfalls scheduled planned plan geplant target soll next nachste naechste prochaine prochain proxima proximo estimated eta closed close closing cancel canceled cancelled cancellation storniert removed remove archived archive deleted delete geloscht geloescht supprime revoke revoked resolve resolved disabled given hire hired eintritt austritt embauche contratacion terminated termination death died retire retired renew renewal lease required req requested discontinued discontinue release released warranty obsolete inactive inactivated holiday season period semester anniversary decommissioned snooze',
  never: 'by who usec nsec zone duration interval elapsed timeout count creator author',
}

const KIND = new Map(Object.entries(WORDS).flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind] as const)))
const LONGEST = Math.max(...[...KIND.keys()].map((word) => word.length))
/** Shorter words end too many others by chance: `format` does not end in `at`. */
const TELLING_LENGTH = 4

/** A name without accents in snake_case: `ModifiedDate` reads `modified_date`. */
export function toSnakeCase(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

/** The fewest known words that make up the whole text (`lastupdate` is last, update); null when it is not made of them. */
function splitWhole(text: string, from = 0, memo = new Map<number, string[] | null>()): string[] | null {
  if (from === text.length) return []
  const known = memo.get(from)
  if (known !== undefined) return known
  let best: string[] | null = null
  for (let to = Math.min(text.length, from + LONGEST); to > from; to -= 1) {
    const word = text.slice(from, to)
    const rest = word.length > 1 && KIND.has(word) ? splitWhole(text, to, memo) : null
    if (rest !== null && (best === null || rest.length + 1 < best.length)) best = [word, ...rest]
  }
  memo.set(from, best)
  return best
}

/** Known words at the end of a text that begins with something else: `sellenddate` is sell, end, date. */
function splitEnd(text: string): string[] {
  for (let at = 1; at <= text.length - TELLING_LENGTH; at += 1) {
    const words = splitWhole(text.slice(at))
    if (words?.some((word) => word.length >= TELLING_LENGTH) === true) return [text.slice(0, at), ...words]
  }
  return [text]
}

function partsOf(name: string): string[][] {
  const parts = toSnakeCase(name)
    .split('_')
    .filter((part) => part !== '' && !/^\d+$/.test(part))
  return parts.map((part) => (KIND.has(part) ? [part] : (splitWhole(part) ?? splitEnd(part))))
}

const VERBS: readonly (string | undefined)[] = ['load', 'change', 'creation', 'event']

function roleOf(kinds: readonly (string | undefined)[], saysTime: boolean): NameRole {
  const has = (kind: Word) => kinds.includes(kind)
  if (has('never')) return 'none'
  if (has('business')) return 'business'
  if (has('range')) return has('day') || !saysTime ? 'business' : 'event'
  const last = kinds.findLast((kind) => VERBS.includes(kind))
  if (last === undefined) return saysTime ? 'time' : 'none'
  if (last === 'event') return 'event'
  if (has('load') && saysTime) return 'load'
  if (has('change')) return 'change'
  return has('creation') ? 'creation' : 'none'
}

/** Reads a column's name, whatever way its words are joined: LastUpdate, last_update, lastupdate, date_de_modification. */
export function readName(name: string): NameReading {
  const parts = partsOf(name)
  const kinds = parts.flat().map((word) => KIND.get(word))
  const has = (kind: Word) => kinds.includes(kind)
  const isTimed = parts.flat().some((word) => KIND.has(word) && word.endsWith('time'))
  const does = kinds.some((kind) => VERBS.includes(kind))
  const saysTime = isTimed || has('time') || has('day') || ((has('on') || has('last')) && does)
  const unknown = kinds.filter((kind) => kind === undefined).length
  const prefixed =
    unknown === 1 && parts[0]?.length === 1 && KIND.get(parts[0][0] ?? '') === undefined && (isTimed || has('time') || has('day'))
  return { role: roleOf(kinds, saysTime), saysTime, unknown, clear: unknown === 0 || prefixed }
}
