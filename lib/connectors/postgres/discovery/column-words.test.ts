import { expect, test } from 'vitest'
import { type NameRole, readName } from './column-words.ts'

test.each<[NameRole, string]>([
  [
    'change',
    'modifieddate ModifiedDate lastupdate last_update LASTUPDDTTM lastmodifieddate updatetimestamp date_updated mtime page_touched',
  ],
  ['change', 'geändert_am geaendert_am Änderungsdatum letzte_aenderung aktualisiert_am Bearbeitungsdatum'],
  ['change', 'date_modification modifie_le date_maj mise_a_jour_le dateDeModification derniere_modification'],
  ['change', 'fecha_modificacion actualizado_en data_modifica ultima_modifica atualizado_em data_alteracao gewijzigd_op wijzigingsdatum'],
  [
    'creation',
    'createdat createdon crdate entry_time erstellt_am Erstelldatum anlagedatum date_creation cree_le fecha_alta data_criacao aangemaakt_op',
  ],
  ['load', 'loaded_at loaddate insert_time Ladedatum date_chargement fecha_carga'],
  ['event', 'orderdate transdate order_date start_time finished_at rechnungsdatum fecha_venta last_login lastaccess'],
  ['time', 'clock rev_timestamp schedtime ts'],
  [
    'business',
    'startdate sellstartdate sellenddate enddate end_date validfrom valid_to from_date birthdate dateofbirth dob hiredate duedate',
  ],
  [
    'business',
    'discontinueddate requireddate scheduled_start_time next_update gueltig_bis geburtsdatum date_fin date_naissance fecha_vencimiento',
  ],
  ['none', 'updated_by lastupdatedby creator entry_time_usec amount station format priority check_timeout timezone'],
])('%s is the role of %s', (role, names) => {
  for (const name of names.split(' ')) expect(readName(name).role, name).toBe(role)
})

test('a number may only be a time where the whole name says so, but for a prefix', () => {
  const clear = (name: string) => readName(name).clear
  expect(['clock', 'event_time', 'lastchange', 'rev_timestamp', 'attempt_clock'].map(clear)).toEqual([true, true, true, true, true])
  expect(['candidate', 'gsm_modem', 'process_tags', 'last_email_update_id'].map(clear)).toEqual([false, false, false, false])
})
