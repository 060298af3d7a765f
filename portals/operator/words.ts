/** What the registers call things, in both languages. */
import type { BindingPolicy, FacilityKind, LicenceKind } from '#care/person'
import type { StaffRole } from '#kernel/context'
import type { Lang, Words } from '#ui'

export const roleNames: Record<StaffRole, Words> = {
  physician: { ja: '医師', en: 'Physician' },
  dentist: { ja: '歯科医師', en: 'Dentist' },
  pharmacist: { ja: '薬剤師', en: 'Pharmacist' },
  nurse: { ja: '看護職員', en: 'Nurse' },
  clerk: { ja: '事務職員', en: 'Clerk' },
  administrator: { ja: '施設の管理者', en: 'Administrator of the facility' },
  operator: { ja: '縁の運用担当', en: 'Operator of the platform' },
  auditor: { ja: '縁の監査担当', en: 'Auditor of the platform' },
}

export const facilityKindNames: Record<FacilityKind, Words> = {
  hospital: { ja: '病院', en: 'Hospital' },
  clinic: { ja: '診療所', en: 'Clinic' },
  'dental-clinic': { ja: '歯科診療所', en: 'Dental clinic' },
  pharmacy: { ja: '薬局', en: 'Pharmacy' },
  'care-provider': { ja: '介護事業所', en: 'Care provider' },
  municipality: { ja: '市町村', en: 'Municipality' },
  insurer: { ja: '保険者', en: 'Insurer' },
}

export const licenceNames: Record<LicenceKind, Words> = {
  physician: { ja: '医師免許', en: 'Physician’s licence' },
  dentist: { ja: '歯科医師免許', en: 'Dentist’s licence' },
  pharmacist: { ja: '薬剤師免許', en: 'Pharmacist’s licence' },
  'public-health-nurse': { ja: '保健師免許', en: 'Public health nurse’s licence' },
  midwife: { ja: '助産師免許', en: 'Midwife’s licence' },
  nurse: { ja: '看護師免許', en: 'Nurse’s licence' },
  'assistant-nurse': { ja: '准看護師免許', en: 'Assistant nurse’s licence' },
}

export const bindingNames: Record<BindingPolicy, Words> = {
  mtls: { ja: 'クライアント証明書（mTLS）', en: 'A client certificate (mTLS)' },
  dpop: { ja: '要求ごとの鍵の証明（DPoP）', en: 'A key proven with each request (DPoP)' },
  any: { ja: '証明書か鍵のどちらか', en: 'Either of the two' },
  none: { ja: '結び付けない（デモだけ）', en: 'Nothing (demo only)' },
}

/** Scopes a facility's system may be offered, in plain words. */
export const scopeChoices: readonly { scope: string; words: Words }[] = [
  {
    scope: 'system/*.cruds',
    words: {
      ja: '記録を提出し、検索し、直す（電子カルテ、薬局システム）',
      en: 'Submit, search and correct records (an EHR, a pharmacy system)',
    },
  },
  { scope: 'system/*.rs', words: { ja: '見るだけ：記録を読み、検索する', en: 'Look only: read and search records' } },
  { scope: 'system/*.c', words: { ja: '提出だけ：記録を送る（見ることはできない）', en: 'Submit only: send records without seeing any' } },
  { scope: 'system/Subscription.cruds', words: { ja: '変化の知らせを受ける（Subscription）', en: 'Be told of changes (Subscription)' } },
]

/** A scope in words; itself where it is none of the usual ones. */
export const scopeWords = (scope: string, lang: Lang): string => {
  const known = scopeChoices.find((one) => one.scope === scope)
  return known ? known.words[lang] : scope
}

/** Acts that the history tells of. */
const acts: Record<string, Words> = {
  'facility.enter': { ja: '施設を登録', en: 'Facility registered' },
  'facility.change': { ja: '施設の内容を変更', en: 'Facility changed' },
  'department.put': { ja: '診療科を登録・変更', en: 'Department set' },
  'staff.enter': { ja: '職員を登録', en: 'Member of staff registered' },
  'staff.rename': { ja: '氏名を変更', en: 'Name changed' },
  'staff.assign': { ja: '勤務先を追加', en: 'Place of work added' },
  'staff.end': { ja: '勤務を終了', en: 'Place of work ended' },
  'staff.invite': { ja: '招待状を発行', en: 'Invitation issued' },
  'staff.unlock': { ja: 'サインインのロックを解除', en: 'Sign-in unlocked' },
  'staff.sign-out': { ja: 'すべての端末からサインアウト', en: 'Signed out everywhere' },
  'staff.certificate-enter': { ja: '署名用の証明書を登録', en: 'Certificate for signing registered' },
  'staff.certificate-end': { ja: '署名用の証明書を終了', en: 'Certificate for signing ended' },
  'staff.outside-link': { ja: '外部のサインインを結び付け', en: 'Outside sign-in linked' },
  'staff.outside-unlink': { ja: '外部のサインインの結び付きを終了', en: 'Outside sign-in unlinked' },
  'licence.put': { ja: '免許を登録・変更', en: 'Licence set' },
  'client.enter': { ja: 'システムを登録', en: 'System registered' },
  'client.change': { ja: 'システムの内容を変更', en: 'System changed' },
  'client.key-add': { ja: '鍵を追加', en: 'Key added' },
  'client.key-end': { ja: '鍵の期限を変更', en: 'End of a key settled' },
  'client.key-retire': { ja: '鍵を使用終了', en: 'Key retired' },
  'client.end': { ja: 'システムを終了', en: 'System ended' },
  'app.enter': { ja: 'アプリを登録', en: 'App registered' },
  'app.change': { ja: 'アプリの内容を変更', en: 'App changed' },
  'app.end': { ja: 'アプリを終了', en: 'App ended' },
}
export const actWords = (act: string, lang: Lang): string => acts[act]?.[lang] ?? act

const fieldNames: Record<string, Words> = {
  institutionNumber: { ja: '医療機関番号', en: 'Institution number' },
  name: { ja: '名称・氏名', en: 'Name' },
  nameEn: { ja: '英語の名称', en: 'English name' },
  nameKana: { ja: 'フリガナ', en: 'Kana' },
  kind: { ja: '種別', en: 'Kind' },
  prefecture: { ja: '都道府県', en: 'Prefecture' },
  postalCode: { ja: '郵便番号', en: 'Postal code' },
  address: { ja: '所在地', en: 'Address' },
  phone: { ja: '電話', en: 'Phone' },
  from: { ja: '始まりの日', en: 'First day' },
  until: { ja: '終わりの日', en: 'Last day' },
  code: { ja: 'コード', en: 'Code' },
  role: { ja: '職種', en: 'Role' },
  department: { ja: '所属', en: 'Department' },
  loginName: { ja: 'ログイン名', en: 'Login name' },
  licence: { ja: '免許', en: 'Licence' },
  licenceNumber: { ja: '登録番号', en: 'Registration number' },
  number: { ja: '登録番号', en: 'Registration number' },
  scopes: { ja: 'できること', en: 'Scopes' },
  binding: { ja: '結び付け', en: 'Binding' },
  certificateSubject: { ja: '証明書の名義', en: 'Certificate subject' },
  keys: { ja: '鍵', en: 'Keys' },
  key: { ja: '鍵', en: 'Key' },
  oldUntil: { ja: '前の鍵の最後の日', en: 'Last day of earlier keys' },
  certificate: { ja: '証明書の番号', en: 'Number of the certificate' },
  certificateIssuer: { ja: '発行者', en: 'Issuer' },
  because: { ja: '理由', en: 'Reason' },
  endedAt: { ja: '終了', en: 'Ended' },
}
export const fieldWords = (name: string, lang: Lang): string => fieldNames[name]?.[lang] ?? name
