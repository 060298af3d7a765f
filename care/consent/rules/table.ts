/**
 * Who may see what: the one table. First match wins; nothing is allowed that no rule allows, and what closes a rule closes it whatever
 * else is true.
 *
 * @spec EMR information sharing sections 1, 8, 9, 10; eligibility verification sections 3 and 4
 * @law 個人情報の保護に関する法律 第18条第3項、第27条第1項（例外）。適用の範囲は要確認: 弁護士
 */
import type { Sentence } from '#kernel/language'
import type { Condition, FactName, FactTest } from './condition.ts'

/** Consent at the reader lasts this long. @spec eligibility verification section 3 (24 hours) */
export const CONSENT_HOURS = 24

/** Registered items are shown for five years; items kept for long term beyond. @spec EMR information sharing section 9 */
export const VIEW_YEARS = 5

export type AccessRule = {
  id: string
  because: Sentence
  when: Condition
  /**
   * What this rule shows to a system of an institution under a purpose it goes on showing to it as long as the row itself says the same:
   * neither time nor any other fact can end it. A rule says so only where `rules.test.ts` agrees.
   */
  lasts?: true
  /** The fact that carries it: each disclosure names its id in the log (the consent, the emergency, the legal basis). */
  restsOn?: FactName
}

/** Kinds that are seen by the addressee alone. */
const onlyAddressed: Condition = { kindIs: ['letter'] }
const undelivered: Condition = { flag: 'undelivered' }
const stillShown: Condition = { any: [{ flag: 'longTerm' }, { registeredWithinYears: VIEW_YEARS }] }
/** What a person may see of the record of these keys: without 未告知, 未提供 and letters. */
const tellable: readonly Condition[] = [{ keyAmong: 'keys' }, { not: { flag: 'uninformed' } }, { not: undelivered }, { not: onlyAddressed }]

/**
 * Texts in which an address may stand, and which cannot be changed without breaking their signature. On the days of a mark, whoever acts for
 * the protected person is not shown them; the person, who sent them and who treats are, as signed. Which documents, and whether a proxy
 * whom the mark does not name should be shown them: 要確認: 弁護士.
 */
const documents: Condition = { typeIs: ['Bundle', 'Composition', 'DocumentReference', 'DocumentManifest', 'Binary', 'Media'] }
const protectedDocument: Condition = { all: [{ asker: 'acts-for-protected' }, documents] }

const here: FactTest = { field: 'institutionNumber', sameAs: { asker: 'institution' } }
const running: readonly FactTest[] = [
  { field: 'since', began: true },
  { field: 'until', notOver: true },
  { field: 'endedAt', unset: true },
]

/** What the person closed: a purpose (opt-out), an institution, an item. It begins and ends at once, and needs no reason. */
const closureHere: readonly FactTest[] = [
  { field: 'purpose', sameAs: { asker: 'purpose' }, orAny: true },
  { field: 'institutionNumber', sameAs: { asker: 'institution' }, orAny: true },
  { field: 'type', sameAs: { item: 'type' }, orAny: true },
  { field: 'id', sameAs: { item: 'id' }, orAny: true },
  { field: 'since', began: true },
  { field: 'endedAt', unset: true },
]
const closed: Condition = { fact: 'closures', where: closureHere }
/** Closed for life's sake too: the person said so expressly. */
const closedAbsolutely: Condition = { fact: 'closures', where: [...closureHere, { field: 'absolute', is: true }] }

/** Given at the reader for a day, or in the person's own portal to go on: the consent named in the receipt says which. */
const consented: Condition = {
  all: [
    { asker: 'treats-clinically' },
    { not: undelivered },
    { not: onlyAddressed },
    stillShown,
    {
      fact: 'grants',
      where: [
        here,
        { field: 'kind', sameAs: { item: 'kind' } },
        { field: 'purpose', sameAs: { asker: 'purpose' } },
        { field: 'givenAt', began: true },
        { field: 'until', notOver: true },
        { field: 'withdrawnAt', unset: true },
      ],
    },
    { not: closed },
  ],
}

/** What may be seen where life is at stake. */
const vital: readonly Condition[] = [{ not: undelivered }, { not: onlyAddressed }, { not: { kindIs: ['shared'] } }, stillShown]

export const accessRules: readonly AccessRule[] = [
  {
    id: 'own-record',
    because: { ja: '本人が自分の記録を見るため', en: 'the person looks at their own record' },
    when: { all: [{ asker: 'self' }, ...tellable] },
  },
  {
    id: 'proxy',
    because: {
      ja: '本人の代理（親権者・成年後見人・保佐人・家族）として見るため',
      en: 'a parent, guardian, curator or relative acts for the person',
    },
    when: { all: [{ asker: 'acts-for' }, ...tellable, { not: { kindAmong: 'hidden-kinds' } }, { not: protectedDocument }] },
  },
  {
    id: 'own-institution',
    because: { ja: 'この医療機関が自ら登録した記録のため', en: 'this institution registered it itself' },
    lasts: true,
    when: { all: [{ asker: 'treats-clinically' }, { institution: 'source' }] },
  },
  {
    id: 'visit-consent',
    because: { ja: '本人がこの医療機関に同意したため', en: 'the person agreed to this institution seeing it' },
    restsOn: 'grants',
    when: consented,
  },
  {
    id: 'addressee',
    because: { ja: 'この医療機関にあてた文書のため', en: 'the letter is addressed to this institution' },
    when: { all: [{ asker: 'treats-clinically' }, { not: undelivered }, { institution: 'addressee' }] },
  },
  {
    id: 'break-glass',
    because: {
      ja: '生命・身体の危険があり、本人の同意を得ることが難しいため（緊急時の閲覧）',
      en: 'life is at stake and consent is hard to get (emergency access)',
    },
    restsOn: 'emergencies',
    when: {
      all: [
        { asker: 'emergency-clinician' },
        ...vital,
        { fact: 'emergencies', where: [{ field: 'staffId', sameAs: { asker: 'id' } }, here, ...running] },
        { not: closedAbsolutely },
      ],
    },
  },
  {
    id: 'disaster',
    because: { ja: '災害時の閲覧が、この医療機関の地域に開かれているため', en: 'disaster access is open for this institution’s area' },
    restsOn: 'disasters',
    when: {
      all: [{ asker: 'emergency-clinician' }, ...vital, { fact: 'disasters', where: [here, ...running] }, { not: closedAbsolutely }],
    },
  },
  {
    id: 'legal-basis',
    because: { ja: '法令により、本人の同意がなくても提供できるため', en: 'the law allows it without the person’s consent' },
    restsOn: 'legalBases',
    when: {
      all: [
        { asker: 'by-law' },
        { not: undelivered },
        { not: onlyAddressed },
        {
          fact: 'legalBases',
          where: [here, { field: 'purpose', sameAs: { asker: 'purpose' } }, { field: 'kinds', has: 'kind' }, ...running],
        },
      ],
    },
  },
  {
    id: 'care-relation',
    because: { ja: '受付または登録により、この医療機関の患者であるため', en: 'the person is a patient of this institution' },
    when: { all: [{ asker: 'treats' }, { typeIs: ['Patient'] }, { kindIs: ['patient'] }, { fact: 'relations', where: [here] }] },
  },
  {
    id: 'shared-register',
    because: { ja: '医療機関や職員の名簿のため', en: 'registers of institutions and staff are open to all who signed in' },
    lasts: true,
    when: { all: [{ asker: 'signed-in' }, { kindIs: ['shared'] }] },
  },
]
