/** What searches and operations of subscriptions take, for the documents made from the rows. */
import type { Taken } from '#kernel/route'

/** Where the R5 backport defines its operations. */
export const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition'

const status: Taken = { name: 'status', type: 'code', many: true, about: { ja: '状態', en: 'Status' } }

export const searchTakes: readonly Taken[] = [
  { name: '_id', type: 'code', many: true, about: { ja: '通知の id', en: 'Ids of subscriptions' } },
  status,
  {
    name: 'type',
    type: 'code',
    many: true,
    about: { ja: '届け方（rest-hook、websocket）', en: 'Kind of channel: rest-hook or websocket' },
  },
  { name: 'url', type: 'string', many: true, about: { ja: '届け先', en: 'Where notifications go' } },
  { name: 'payload', type: 'code', many: true, about: { ja: '中身の形式', en: 'Media type of the payload' } },
  { name: 'contact', type: 'code', many: true, about: { ja: '連絡先', en: 'Contact for problems' } },
  { name: '_lastUpdated', type: 'dateTime', many: true, about: { ja: '最後に変わった時刻', en: 'When it changed last' } },
  { name: 'criteria', type: 'string', many: true, about: { ja: '条件の始まり', en: 'How the criteria begin' } },
]

export const statusTakes: readonly Taken[] = [
  {
    name: 'id',
    type: 'code',
    many: true,
    about: { ja: '通知の id（なければすべて）', en: 'Ids of subscriptions; all where none is given' },
  },
  status,
]

export const eventsTakes: readonly Taken[] = [
  { name: 'eventsSinceNumber', type: 'integer', about: { ja: 'この番号から', en: 'From this number on' } },
  { name: 'eventsUntilNumber', type: 'integer', about: { ja: 'この番号まで', en: 'Up to this number' } },
  { name: 'content', type: 'code', about: { ja: 'empty、id-only、full-resource', en: 'empty, id-only or full-resource' } },
]

export const tokenTakes: readonly Taken[] = [
  { name: 'id', type: 'string', many: true, about: { ja: '結びつける通知の id', en: 'Ids of the subscriptions to bind' } },
]
