/** What the log says, in the words of whoever reads it. */
import { accessRules } from '#care/consent'
import type { Lang, Sentence } from '#kernel/language'
import { refusalRow } from '#kernel/refusal'
import type { RefusalCode } from '#kernel/refusal'
import { refusals } from '#kernel/refusals'
import type { Row } from '#kernel/route'
import { isHttpRow } from '#kernel/route'
import { type InformationKind, kindName } from '#ui'

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined)

/** @spec HL7 v3 PurposeOfUse */
export const purposeNames: Readonly<Record<string, Sentence>> = {
  TREAT: { ja: '診療', en: 'Treatment' },
  ETREAT: { ja: '救急・災害時の診療', en: 'Emergency treatment' },
  HPAYMT: { ja: '医療費の支払い', en: 'Payment' },
  HRESCH: { ja: '研究', en: 'Research' },
  PATRQT: { ja: '本人の求め', en: 'Request of the person' },
  HOPERAT: { ja: '運営・監査', en: 'Operation and audit' },
}

export const roleNames: Readonly<Record<string, Sentence>> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  operator: { ja: '縁の運用担当', en: 'Operator of the platform' },
  auditor: { ja: '縁の監査担当', en: 'Auditor of the platform' },
  administrator: { ja: '施設の管理者', en: 'Administrator of the facility' },
  parent: { ja: '親権者', en: 'Parent' },
  guardian: { ja: '成年後見人', en: 'Guardian' },
  curator: { ja: '保佐人', en: 'Curator' },
  family: { ja: '家族の代理', en: 'Relative' },
}

export const actorKindNames: Readonly<Record<string, Sentence>> = {
  public: { ja: '誰とも確かめていない人', en: 'Nobody proven' },
  citizen: { ja: '本人・代理', en: 'Citizen' },
  staff: { ja: '職員', en: 'Staff' },
  system: { ja: 'システム', en: 'System' },
}

/** Acts that no row is named after: noted inside a use case, or by work without a request. */
const inner: Readonly<Record<string, Sentence>> = {
  'clinic.list': { ja: '受付した人の一覧', en: 'List of who arrived' },
  'card.ended': { ja: 'カードの終了', en: 'A card ended' },
  'consent.give': { ja: '同意', en: 'A consent was given' },
  'person.set-aside': { ja: '本人と特定できない提出を保留', en: 'A submission set aside' },
  'record.deposit-again': { ja: '同じ内容の再提出', en: 'The same submission again' },
  'subscription.deliver': { ja: '通知を届けた', en: 'A notification was delivered' },
}

export type ActionWords = (action: string, lang: Lang) => string

/** What each action is called: by the row that is audited under it. An action of no row is itself. */
export function actionWordsOf(surface: () => readonly Row[]): ActionWords {
  let known: Map<string, Sentence> | undefined
  return (action, lang) => {
    known ??= new Map(
      surface()
        .filter(isHttpRow)
        .map((row) => [row.audit, row.summary]),
    )
    return (known.get(action) ?? own(inner, action))?.[lang] ?? action
  }
}

const otherKinds: Readonly<Record<string, Sentence>> = {
  patient: { ja: '氏名・生年月日・保険など', en: 'Name, birth date, cover' },
  other: { ja: 'その他の記録', en: 'Other records' },
  shared: { ja: '名簿', en: 'Registers' },
}

export const kindWords = (kind: string, lang: Lang): string =>
  own<Sentence>(kindName, kind as InformationKind)?.[lang] ?? own(otherKinds, kind)?.[lang] ?? kind

export const ruleWords = (rule: string, lang: Lang): string => accessRules.find((one) => one.id === rule)?.because[lang] ?? rule
export const purposeWords = (purpose: string, lang: Lang): string => own(purposeNames, purpose)?.[lang] ?? purpose
export const roleWords = (role: string, lang: Lang): string => own(roleNames, role)?.[lang] ?? role
export const actorKindWords = (kind: string, lang: Lang): string => own(actorKindNames, kind)?.[lang] ?? kind

const isRefusal = (code: string): code is RefusalCode => Object.hasOwn(refusals, code)

/** `success` in words, or the refusal as its sentence says it, without what its blanks held. */
export function outcomeWords(outcome: string, lang: Lang): string {
  if (outcome === 'success') return lang === 'ja' ? '行われた' : 'Done'
  return isRefusal(outcome) ? refusalRow(outcome)[lang].replace(/[（(]?\{[a-zA-Z]+\}[）)]?/g, '…') : outcome
}

const viaNames: Readonly<Record<string, Sentence>> = {
  session: { ja: 'ブラウザのサインイン', en: 'Browser session' },
  token: { ja: 'システムのトークン', en: 'Token of a system' },
  grant: { ja: 'アプリへの許可', en: 'Permission of an app' },
}

/** 'ブラウザのサインイン 01hx…'. */
export function viaWords(via: string, lang: Lang): string {
  const [kind = '', id = ''] = via.split(':', 2)
  const name = own(viaNames, kind)
  return name === undefined ? via : `${name[lang]} ${id}`
}
