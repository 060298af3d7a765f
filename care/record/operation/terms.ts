/** What the operations take, for the documents made from the rows. */
import type { Taken } from '#kernel/route'

/** Where HL7 defines the operations of FHIR itself. */
export const HL7 = 'http://hl7.org/fhir/OperationDefinition'

export const everythingTakes: readonly Taken[] = [
  { name: 'start', type: 'dateTime', about: { ja: 'この日からの診療', en: 'Care from this day on' } },
  { name: 'end', type: 'dateTime', about: { ja: 'この日までの診療', en: 'Care up to this day' } },
  { name: '_since', type: 'instant', about: { ja: 'この時刻より後に変わったもの', en: 'What changed after this moment' } },
  { name: '_type', type: 'code', many: true, about: { ja: 'リソースの種類', en: 'Resource types' } },
  { name: '_count', type: 'integer', about: { ja: '1ページの件数', en: 'Resources a page' } },
]

export const lastnTakes: readonly Taken[] = [
  { name: 'patient', type: 'Reference', required: true, about: { ja: '患者（subject でもよい）', en: 'The patient (or subject)' } },
  {
    name: 'category',
    type: 'code',
    about: { ja: '区分（category か code のどちらかが要る）', en: 'Category; either this or a code is needed' },
  },
  { name: 'code', type: 'code', about: { ja: '検査のコード', en: 'Code of the observation' } },
  { name: 'max', type: 'integer', about: { ja: '種類ごとの件数（初期値1）', en: 'How many of each kind; 1 unless given' } },
]

export const labelTakes: readonly Taken[] = [
  { name: 'meta', in: 'body', type: 'Meta', required: true, about: { ja: 'プロファイル・タグ・ラベル', en: 'Profiles, tags and labels' } },
]

export const purgeTakes: readonly Taken[] = [
  { name: 'basis', in: 'body', type: 'code', required: true, about: { ja: '消去の根拠', en: 'Basis of the erasure' } },
  { name: 'reason', in: 'body', type: 'string', required: true, about: { ja: '理由', en: 'Reason' } },
]
