/** Acts of the audit log in the words a person reads. Pure. */
import { accessRules } from '#care/consent'
import { reasons as emergencyReasons } from '#care/emergency'
import { actorNamed } from '#kernel/audit-entry'
import type { AuditedAct } from '#kernel/audit-read'
import type { Lang, Sentence } from '#kernel/language'
import { Refusal, type RefusalCode, refusalRow, refusalSentence } from '#kernel/refusal'
import { refusals } from '#kernel/refusals'
import { type AccessAction, type InformationKind, kindName } from '#ui'
import { actedAs } from './family-words.ts'

const purposes: Record<string, Sentence> = {
  TREAT: { ja: '診療', en: 'treatment' },
  ETREAT: { ja: '救急の診療', en: 'emergency treatment' },
  HPAYMT: { ja: '医療費の支払い', en: 'payment' },
  HRESCH: { ja: '研究', en: 'research' },
  PATRQT: { ja: '本人の求め', en: 'your own request' },
  HOPERAT: { ja: 'サービスの運営', en: 'running the service' },
}

const titled: Record<string, (name: string) => Sentence> = {
  physician: (name) => ({ ja: `${name}医師`, en: `Dr ${name}` }),
  dentist: (name) => ({ ja: `${name}歯科医師`, en: `Dr ${name} (dentist)` }),
  nurse: (name) => ({ ja: `${name}看護師`, en: `${name}, nurse` }),
  pharmacist: (name) => ({ ja: `${name}薬剤師`, en: `${name}, pharmacist` }),
  clerk: (name) => ({ ja: `${name}さん（事務）`, en: `${name}, clerk` }),
  operator: (name) => ({ ja: `${name}さん（運用）`, en: `${name}, operator` }),
  auditor: (name) => ({ ja: `${name}さん（監査）`, en: `${name}, auditor` }),
}

/** A table's own entry, never what its prototype offers under the same name. */
const own = <T>(table: Record<string, T>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined)

export const purposeWords = (purpose: string, lang: Lang): string => own(purposes, purpose)?.[lang] ?? purpose

type Actor = Pick<AuditedAct, 'actorKind' | 'actorName' | 'actorRole' | 'isOwn'>

function personWords({ actorKind, actorRole, isOwn }: Actor, name: string, lang: Lang): string {
  if (actorKind === 'system') return lang === 'ja' ? 'システム' : 'The system'
  if (isOwn) return lang === 'ja' ? 'あなた' : 'You'
  if (actorKind === 'citizen') return (own(actedAs, actorRole)?.(name) ?? { ja: `${name}さん`, en: name })[lang]
  return own(titled, actorRole)?.(name)[lang] ?? name
}

/** '山田医師', 'Dr Yamada'; a system where no person acted; the app, where they acted through one. */
export function whoWords(act: Actor, lang: Lang): string {
  const { name, app } = actorNamed(act.actorName)
  const who = personWords(act, name, lang)
  if (app === null) return who
  return lang === 'ja' ? `${who}（アプリ「${app}」で）` : `${who} (through the app “${app}”)`
}

const otherKinds: Record<string, Sentence> = {
  patient: { ja: '氏名・生年月日など', en: 'name and date of birth' },
  other: { ja: 'その他の記録', en: 'other records' },
  shared: { ja: '名簿', en: 'registers' },
}

export const kindWords = (kind: string, lang: Lang): string =>
  own<Sentence>(kindName, kind as InformationKind)?.[lang] ?? own(otherKinds, kind)?.[lang] ?? kind

/** Acts on an emergency access itself, which show nothing of the record. */
const aboutAnOpening = new Set(['emergency.end', 'emergency.extend', 'emergency.question', 'emergency.answer'])

/** What an act touched, in words that fit a sentence. */
export function whatWords({ action, kinds }: Pick<AuditedAct, 'action' | 'kinds'>, lang: Lang): string[] {
  if (action.startsWith('eligibility.')) return [lang === 'ja' ? '保険の資格' : 'your insurance cover']
  if (action.startsWith('consent.')) return [lang === 'ja' ? 'あなたの同意' : 'your consent']
  if (action.startsWith('proxy.')) return [lang === 'ja' ? 'あなたの代理の登録' : 'who may act for you']
  if (action.startsWith('people.')) return [lang === 'ja' ? 'あなたの登録情報' : 'what is registered about you']
  if (action.startsWith('emergency-review.'))
    return [lang === 'ja' ? '緊急アクセスの審査の資料' : 'the dossier of an emergency access, to review it']
  if (action === 'emergency.open')
    return [
      lang === 'ja' ? '同意を待たずに（緊急アクセス）、あなたの記録' : 'your record, without waiting for your consent (emergency access),',
    ]
  if (aboutAnOpening.has(action)) return [lang === 'ja' ? '緊急アクセス' : 'an emergency access']
  // Auditors see who looked, never what the record says.
  if (action.startsWith('audit.')) return [lang === 'ja' ? '誰が見たかの記録' : 'the log of who looked']
  if (action.startsWith('breach.')) return [lang === 'ja' ? '漏えい等を知らせる手紙' : 'a letter to you about a breach']
  if (action === 'clinic.list') return [kindWords('patient', lang)]
  if (kinds.length === 0) return [lang === 'ja' ? 'あなたの記録' : 'your record']
  return kinds.map((kind) => kindWords(kind, lang))
}

const done: Record<string, AccessAction> = {
  'record.deposit': 'registered',
  'record.deposit-again': 'registered',
  'record.create': 'registered',
  'record.bundle': 'registered',
  'consent.give': 'registered',
  'person.set-aside': 'registered',
  'record.update': 'changed',
  'record.delete': 'changed',
  'consent.withdraw': 'changed',
  'people.change': 'changed',
  'people.change-undo': 'changed',
  'people.link': 'changed',
  'people.unlink': 'changed',
  'people.part': 'changed',
  'people.reopen': 'changed',
  'people.mark': 'changed',
  'people.mark-end': 'changed',
  'proxy.enter': 'registered',
  'proxy.accept': 'changed',
  'proxy.end': 'changed',
  'emergency.end': 'changed',
  'emergency.extend': 'changed',
}

export const actionOf = ({ action, outcome }: Pick<AuditedAct, 'action' | 'outcome'>): AccessAction =>
  outcome === 'success' ? (own(done, action) ?? 'looked') : 'refused'

const ownActs: Record<string, Sentence> = {
  'sign-in.card': { ja: 'カードでサインインしました', en: 'You signed in with your card' },
  'sign-out': { ja: 'サインアウトしました', en: 'You signed out' },
  'citizen.home': { ja: 'ホームを開きました', en: 'You opened your home page' },
  'citizen.record': { ja: '自分の記録を見ました', en: 'You looked at your record' },
  'citizen.access-log': { ja: '誰が見たかを確かめました', en: 'You checked who looked' },
  'audit.search': { ja: '誰が見たかを確かめました', en: 'You checked who looked' },
  'audit.read': { ja: '誰が見たかを確かめました', en: 'You checked who looked' },
  'breach.own-letter': { ja: '漏えい等についての手紙を開きました', en: 'You opened a letter about a breach' },
  'citizen.log-proof': { ja: '記録が書き換えられていないかを確かめました', en: 'You checked that the log was not changed' },
  'citizen.consents': { ja: '同意の一覧を見ました', en: 'You looked at your consents' },
  'citizen.profile': { ja: '登録情報を見ました', en: 'You looked at what is registered about you' },
  'citizen.emergencies': { ja: '同意を待たずに開かれた記録を確かめました', en: 'You checked emergency accesses to your record' },
  'citizen.closing': { ja: '見せない設定を見ました', en: 'You looked at what you keep closed' },
  'consent.close': { ja: '見せないと決めました', en: 'You closed something' },
  'consent.reopen': { ja: 'また見せられるようにしました', en: 'You opened something again' },
  'consent.withdraw': { ja: '同意を取り消しました', en: 'You withdrew a consent' },
  'proxy.view': { ja: '家族と代理を確かめました', en: 'You looked at who may act for you' },
  'proxy.propose': { ja: '家族の代わりに見たいと申し出ました', en: 'You offered to act for a relative' },
  'proxy.accept': { ja: '家族が代わりに見ることを認めました', en: 'You let a relative act for you' },
  'proxy.end': { ja: '代理を終わらせました', en: 'You ended a proxy' },
  'citizen.apps': { ja: 'つながっているアプリを見ました', en: 'You looked at your connected apps' },
  'app.ask': { ja: 'アプリに何を見せるかを選ぶ画面を開きました', en: 'You opened the page to choose what an app may see' },
  'app.let-in': { ja: 'アプリに見せるかどうかを決めました', en: 'You decided whether to let an app in' },
  'app.end': { ja: 'アプリをやめさせました', en: 'You ended an app' },
}

/** What the person did themselves, or an app did for them, as a sentence. */
export function ownActWords({ action, outcome, actorName }: Pick<AuditedAct, 'action' | 'outcome' | 'actorName'>, lang: Lang): string {
  const { app } = actorNamed(actorName)
  const byApp = app === null ? undefined : { ja: `アプリ「${app}」があなたの記録を見ました`, en: `The app “${app}” looked at your record` }
  const said = (byApp ?? own(ownActs, action))?.[lang] ?? (lang === 'ja' ? '自分の記録を見ました' : 'You looked at your record')
  return outcome === 'success' ? said : lang === 'ja' ? `${said}（受け付けられませんでした）` : `${said} (refused)`
}

/** Why a rule of the access table let somebody see something. */
export const ruleWords = (rule: string, lang: Lang): string => knownRule(rule)?.[lang] ?? rule

const knownRule = (rule: string): Sentence | undefined =>
  accessRules.find((one) => one.id === rule)?.because ?? own<Sentence>(emergencyReasons, rule)

const inAppScope: Sentence = { ja: '使うアプリに許された範囲のため', en: 'Because it lies within what the app in use may read' }
const scope = /^(?:openid|fhirUser|launch|offline_access|online_access)$|^(?:launch|patient|user|system)\//

/** Why an act was allowed, in words alone: scopes of an app are one reason, and a note for programs is none. */
export function reasonWords(rules: readonly string[], lang: Lang): string[] {
  const said = rules.map((rule) => (knownRule(rule) ?? (scope.test(rule) ? inAppScope : undefined))?.[lang])
  return [...new Set(said.filter((words) => words !== undefined))]
}

/** Why an act was refused, as the one who tried was told. */
export function outcomeWords(outcome: string, lang: Lang): string {
  if (!Object.hasOwn(refusals, outcome)) return outcome
  const code = outcome as RefusalCode
  return /\{/.test(refusalRow(code)[lang]) ? outcome : refusalSentence(new Refusal(code), lang)
}
