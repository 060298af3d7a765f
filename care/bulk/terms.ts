/** What the kick-offs take, for the documents made from the rows. @spec FHIR Bulk Data Access 2.0, query parameters */
import type { Taken } from '#kernel/route'

const asynchronous: Taken = {
  name: 'Prefer',
  in: 'header',
  type: 'string',
  required: true,
  about: { ja: 'respond-async（handling=strict も）', en: 'respond-async; handling=strict may be added' },
}

export const exportTakes: readonly Taken[] = [
  asynchronous,
  { name: '_outputFormat', type: 'string', about: { ja: 'application/fhir+ndjson だけ', en: 'application/fhir+ndjson only' } },
  { name: '_since', type: 'instant', about: { ja: 'この時刻より後に変わったもの', en: 'What changed after this moment' } },
  { name: '_until', type: 'instant', about: { ja: 'この時刻までに変わったもの', en: 'What changed up to this moment' } },
  { name: '_type', type: 'string', many: true, about: { ja: 'リソースの種類（コンマ区切り）', en: 'Resource types, with commas between' } },
  {
    name: '_typeFilter',
    type: 'string',
    many: true,
    about: { ja: '種類ごとの検索（Type?条件）', en: 'Searches of single types (Type?query)' },
  },
  { name: '_elements', type: 'string', many: true, about: { ja: '残す要素', en: 'Elements that are kept' } },
  { name: 'patient', type: 'Reference', many: true, about: { ja: '患者', en: 'Patients' } },
]

export const importTakes: readonly Taken[] = [
  { name: 'inputFormat', in: 'body', type: 'string', about: { ja: 'application/fhir+ndjson だけ', en: 'application/fhir+ndjson only' } },
  {
    name: 'mode',
    in: 'body',
    type: 'code',
    about: { ja: 'update（置き換える）か skip（あれば飛ばす）', en: 'update, or skip what is there' },
  },
  {
    name: 'input',
    in: 'body',
    type: 'BackboneElement',
    many: true,
    about: {
      ja: '運用者が置いたファイル（type と url）。本文が NDJSON ならいらない',
      en: 'Files the operator laid out (type and url); none where the body itself is NDJSON',
    },
  },
]
