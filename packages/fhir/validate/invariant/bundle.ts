/** Invariants of Bundle. @spec http://hl7.org/fhir/R4/bundle.html#invs */
import type { JsonObject } from '../../model.ts'
import { asObject, has, type Invariant, objects, oneOf, shown } from './terms.ts'

const requestTypes = ['batch', 'transaction', 'history']
const responseTypes = ['batch-response', 'transaction-response', 'history']

function firstIs(bundle: JsonObject, type: string): boolean {
  return asObject(objects(bundle, 'entry')[0]?.resource).resourceType === type
}

/** fullUrl with the version, once each: a bundle may hold several versions of a resource but not one twice. */
function distinctFullUrls(bundle: JsonObject): boolean {
  const keys = objects(bundle, 'entry')
    .filter((entry) => typeof entry.fullUrl === 'string')
    .map((entry) => `${entry.fullUrl} ${shown(asObject(asObject(entry.resource).meta).versionId)}`)
  return new Set(keys).size === keys.length
}

const each = (bundle: JsonObject, test: (entry: JsonObject) => boolean) => objects(bundle, 'entry').every(test)

export const bundleInvariants: readonly Invariant[] = [
  {
    key: 'bdl-1',
    on: 'Bundle',
    test: (v) => !has(v, 'total') || oneOf(v.type, 'searchset', 'history'),
    ja: 'totalは検索結果か履歴のときだけ書けます。',
    en: 'A total is for a searchset or a history only.',
  },
  {
    key: 'bdl-2',
    on: 'Bundle',
    test: (v) => v.type === 'searchset' || each(v, (entry) => !has(entry, 'search')),
    ja: 'entry.searchは検索結果のときだけ書けます。',
    en: 'entry.search is for a searchset only.',
  },
  {
    key: 'bdl-3',
    on: 'Bundle',
    test: (v) => each(v, (entry) => has(entry, 'request') === oneOf(v.type, ...requestTypes)),
    ja: 'entry.requestはbatch、transaction、historyで必須、他では書けません。',
    en: 'entry.request is mandatory for batch, transaction and history, and prohibited otherwise.',
  },
  {
    key: 'bdl-4',
    on: 'Bundle',
    test: (v) => each(v, (entry) => has(entry, 'response') === oneOf(v.type, ...responseTypes)),
    ja: 'entry.responseはbatch-response、transaction-response、historyで必須、他では書けません。',
    en: 'entry.response is mandatory for batch-response, transaction-response and history, and prohibited otherwise.',
  },
  {
    key: 'bdl-5',
    on: 'Bundle.entry',
    test: (v) => has(v, 'resource') || has(v, 'request') || has(v, 'response'),
    ja: 'entryにはresource、request、responseのどれかが必要です。',
    en: 'An entry must have a resource, a request or a response.',
  },
  {
    key: 'bdl-7',
    on: 'Bundle',
    test: (v) => v.type === 'history' || distinctFullUrls(v),
    ja: '同じfullUrlのentryが2つ以上あります(版が違う場合を除く)。',
    en: 'The fullUrl must be unique in a bundle, or the versions must differ.',
  },
  {
    key: 'bdl-8',
    on: 'Bundle.entry',
    test: (v) => typeof v.fullUrl !== 'string' || !v.fullUrl.includes('/_history/'),
    ja: 'fullUrlに版を含めることはできません。',
    en: 'A fullUrl cannot be a version specific reference.',
  },
  {
    key: 'bdl-9',
    on: 'Bundle',
    test: (v) => v.type !== 'document' || (has(asObject(v.identifier), 'system') && has(asObject(v.identifier), 'value')),
    ja: '文書にはidentifierのsystemとvalueが必要です。',
    en: 'A document must have an identifier with a system and a value.',
  },
  {
    key: 'bdl-10',
    on: 'Bundle',
    test: (v) => v.type !== 'document' || typeof v.timestamp === 'string',
    ja: '文書にはtimestampが必要です。',
    en: 'A document must have a timestamp.',
  },
  {
    key: 'bdl-11',
    on: 'Bundle',
    test: (v) => v.type !== 'document' || firstIs(v, 'Composition'),
    ja: '文書の最初のリソースはCompositionです。',
    en: 'A document must have a Composition as its first resource.',
  },
  {
    key: 'bdl-12',
    on: 'Bundle',
    test: (v) => v.type !== 'message' || firstIs(v, 'MessageHeader'),
    ja: 'メッセージの最初のリソースはMessageHeaderです。',
    en: 'A message must have a MessageHeader as its first resource.',
  },
]
