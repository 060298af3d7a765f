/** Every type of FHIR R4 in the words of the person whose record it is, by the group they decide about. */
import type { Sentence } from '#kernel/language'

/** What a person decides about together. `registers`: what is about nobody, such as names of hospitals; never asked about. */
export const groups = {
  identity: {
    name: { ja: 'あなたが誰か', en: 'Who you are' },
    about: { ja: '氏名、生年月日、性別、住所、電話番号', en: 'Your name, date of birth, sex, address and phone number' },
  },
  medicines: {
    name: { ja: 'お薬', en: 'Medicines' },
    about: { ja: '処方された薬、受け取った薬、使っている薬', en: 'What was prescribed, what you were given, what you take' },
  },
  results: {
    name: { ja: '検査結果', en: 'Test results' },
    about: { ja: '血液などの検査、血圧や体重、画像検査', en: 'Blood and other tests, blood pressure and weight, images' },
  },
  allergies: {
    name: { ja: 'アレルギー', en: 'Allergies' },
    about: { ja: '薬や食べ物などのアレルギー、副作用', en: 'Allergies to medicines, food and other things, and side effects' },
  },
  diagnoses: {
    name: { ja: '病気の名前', en: 'Diagnoses' },
    about: { ja: '診断された病気、家族の病気、健康上の注意', en: 'What you were diagnosed with, illnesses in your family, warnings' },
  },
  vaccinations: {
    name: { ja: '予防接種', en: 'Vaccinations' },
    about: { ja: '受けた予防接種と、これからの予定', en: 'Vaccinations you had and those to come' },
  },
  documents: {
    name: { ja: '書類', en: 'Documents' },
    about: { ja: '紹介状、退院時のまとめ、健診の報告書', en: 'Referral letters, discharge summaries, check-up reports' },
  },
  care: {
    name: { ja: '受診と治療', en: 'Visits and treatment' },
    about: { ja: '受診、入院、手術や処置、治療の計画、予約', en: 'Visits, hospital stays, operations, plans of care, appointments' },
  },
  money: {
    name: { ja: '保険とお金', en: 'Insurance and money' },
    about: { ja: '加入している保険、医療費の請求と支払い', en: 'Your insurance, claims and payments' },
  },
  sharing: {
    name: { ja: '同意と閲覧の記録', en: 'Consents and who looked' },
    about: { ja: 'あなたの同意、誰がいつ記録を見たか', en: 'What you agreed to, and who looked at your record and when' },
  },
  other: {
    name: { ja: 'そのほかの記録', en: 'Other records' },
    about: { ja: '質問票の回答、研究への参加、そのほか', en: 'Answers to questionnaires, part in studies, and the rest' },
  },
  registers: {
    name: { ja: '名簿と用語', en: 'Registers and terms' },
    about: { ja: '医療機関や薬の名前など、あなたのことではない情報', en: 'Names of hospitals, medicines and the like: nothing about you' },
  },
} as const satisfies Record<string, { name: Sentence; about: Sentence }>

export type Group = keyof typeof groups

type Row = readonly [group: Group, ja: string, en: string]

/** Types that say something of a person, each with its name in a sentence. */
const personal: Readonly<Record<string, Row>> = {
  Patient: ['identity', '氏名・生年月日・住所など', 'your name, date of birth and address'],
  Person: ['identity', '本人としての登録', 'how you are registered'],
  RelatedPerson: ['identity', '家族や連絡先', 'family and contacts'],

  Medication: ['medicines', '薬の内容', 'what a medicine is made of'],
  MedicationRequest: ['medicines', '処方された薬', 'medicines prescribed to you'],
  MedicationDispense: ['medicines', '薬局などで受け取った薬', 'medicines handed to you'],
  MedicationAdministration: ['medicines', '投与された薬', 'medicines given to you'],
  MedicationStatement: ['medicines', '使っている薬', 'medicines you take'],

  Observation: ['results', '検査や測定の値', 'values of tests and measurements'],
  DiagnosticReport: ['results', '検査の報告書', 'test reports'],
  Specimen: ['results', '検体', 'samples that were taken'],
  ImagingStudy: ['results', '画像検査', 'imaging studies'],
  Media: ['results', '写真や映像', 'photos and recordings'],
  MolecularSequence: ['results', '遺伝子の配列', 'genetic sequences'],
  BodyStructure: ['results', '体の部位についての記録', 'notes on parts of the body'],

  AllergyIntolerance: ['allergies', 'アレルギーや体に合わないもの', 'allergies and intolerances'],
  AdverseEvent: ['allergies', '副作用などの好ましくない出来事', 'side effects and other harm'],
  DetectedIssue: ['allergies', '飲み合わせなどの注意', 'warnings such as drug interactions'],

  Condition: ['diagnoses', '病気の名前', 'diagnoses'],
  ClinicalImpression: ['diagnoses', '医師の見立て', 'clinical assessments'],
  FamilyMemberHistory: ['diagnoses', '家族の病気', 'illnesses in your family'],
  Flag: ['diagnoses', '健康上の注意', 'warnings about your health'],
  RiskAssessment: ['diagnoses', '病気のなりやすさ', 'assessed risks'],

  Immunization: ['vaccinations', '受けた予防接種', 'vaccinations you had'],
  ImmunizationEvaluation: ['vaccinations', '予防接種の確認', 'how a vaccination was judged'],
  ImmunizationRecommendation: ['vaccinations', 'すすめられる予防接種', 'vaccinations advised'],

  Binary: ['documents', '添付された書類', 'attached files'],
  Bundle: ['documents', '書類のまとまり', 'bundles of documents'],
  Composition: ['documents', '文書', 'documents'],
  DocumentManifest: ['documents', '書類の一覧', 'lists of documents'],
  DocumentReference: ['documents', '書類', 'files'],

  Appointment: ['care', '予約', 'appointments'],
  AppointmentResponse: ['care', '予約への返事', 'answers to appointments'],
  CarePlan: ['care', '治療や看護の計画', 'plans of care'],
  CareTeam: ['care', '担当する人たち', 'who cares for you'],
  Communication: ['care', '連絡', 'messages about your care'],
  CommunicationRequest: ['care', '連絡の依頼', 'requests for messages'],
  Device: ['care', '使っている医療機器', 'devices you use'],
  DeviceMetric: ['care', '医療機器の測定項目', 'what a device measures'],
  DeviceRequest: ['care', '医療機器の依頼', 'devices ordered'],
  DeviceUseStatement: ['care', '医療機器の使用', 'use of devices'],
  Encounter: ['care', '受診と入院', 'visits and hospital stays'],
  EpisodeOfCare: ['care', '一続きの診療', 'courses of care'],
  Goal: ['care', '治療の目標', 'goals of treatment'],
  NutritionOrder: ['care', '食事の指示', 'diet orders'],
  Procedure: ['care', '手術や処置', 'operations and procedures'],
  RequestGroup: ['care', 'まとめた指示', 'groups of orders'],
  ServiceRequest: ['care', '検査や処置の依頼', 'tests and procedures ordered'],
  SupplyDelivery: ['care', '物品の受け渡し', 'supplies delivered'],
  SupplyRequest: ['care', '物品の依頼', 'supplies ordered'],
  Task: ['care', '手続きの進み具合', 'tasks and their progress'],
  VisionPrescription: ['care', '眼鏡などの処方', 'prescriptions for glasses'],

  Account: ['money', '医療費の口座', 'accounts for charges'],
  ChargeItem: ['money', '料金の項目', 'items charged'],
  Claim: ['money', '医療費の請求', 'claims'],
  ClaimResponse: ['money', '請求への回答', 'answers to claims'],
  Contract: ['money', '契約', 'contracts'],
  Coverage: ['money', '加入している保険', 'your insurance'],
  CoverageEligibilityRequest: ['money', '保険資格の照会', 'checks of your cover'],
  CoverageEligibilityResponse: ['money', '保険資格の回答', 'answers about your cover'],
  EnrollmentRequest: ['money', '保険への加入の申込み', 'applications for insurance'],
  EnrollmentResponse: ['money', '加入の申込みへの回答', 'answers to applications for insurance'],
  ExplanationOfBenefit: ['money', '医療費の明細', 'statements of benefits'],
  Invoice: ['money', '請求書', 'invoices'],
  PaymentNotice: ['money', '支払いの知らせ', 'notices of payment'],
  PaymentReconciliation: ['money', '支払いの照合', 'payments matched'],

  AuditEvent: ['sharing', '誰が記録を見たか', 'who looked at your record'],
  Consent: ['sharing', 'あなたの同意', 'what you agreed to'],
  Provenance: ['sharing', '記録がどこから来たか', 'where records come from'],

  Basic: ['other', 'そのほかの項目', 'other items'],
  BiologicallyDerivedProduct: ['other', '輸血や移植の製剤', 'blood and tissue products'],
  Group: ['other', '人の集まり', 'groups of people'],
  GuidanceResponse: ['other', '判断支援の回答', 'answers of decision support'],
  Linkage: ['other', '記録どうしの結びつき', 'links between records'],
  List: ['other', '記録の一覧', 'lists of records'],
  MeasureReport: ['other', '診療の指標', 'reports of measures'],
  MessageHeader: ['other', 'システム間の通信', 'messages between systems'],
  QuestionnaireResponse: ['other', '質問票の回答', 'answers to questionnaires'],
  ResearchSubject: ['other', '研究への参加', 'part in studies'],
  Subscription: ['other', '知らせの申込み', 'orders for notices'],
  VerificationResult: ['other', '確認の結果', 'results of checks'],
}

/** The group a type belongs to. What is not known to be about a person is of the registers: those hold nothing about anybody. */
export const groupOf = (type: string): Group => (Object.hasOwn(personal, type) ? personal[type]![0] : 'registers')

/** Types of a group that say something of a person. */
export const typesIn = (group: Group): string[] => Object.keys(personal).filter((type) => personal[type]![0] === group)

/** A type in a sentence: 処方された薬, medicines prescribed to you. */
export const typeWords = (type: string): Sentence => {
  const row = Object.hasOwn(personal, type) ? personal[type]! : null
  return row ? { ja: row[1], en: row[2] } : groups.registers.about
}

const observation = 'http://terminology.hl7.org/CodeSystem/observation-category'
const japanese = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS'
const condition = 'http://terminology.hl7.org/CodeSystem/condition-category'

/** Categories of observations: HL7's, and the same ones under the Japanese code system. */
const categories: Readonly<Record<string, Sentence>> = {
  laboratory: { ja: '血液や尿などの検体検査', en: 'laboratory tests' },
  'vital-signs': { ja: '血圧・体温・体重などの測定', en: 'vital signs such as blood pressure and weight' },
  imaging: { ja: '画像検査', en: 'imaging' },
  'social-history': { ja: '喫煙や飲酒などの生活習慣', en: 'habits such as smoking and drinking' },
  survey: { ja: '質問票や評価の点数', en: 'scores of questionnaires' },
  exam: { ja: '診察の所見', en: 'findings of examinations' },
  procedure: { ja: '処置のときの測定', en: 'measurements during procedures' },
  therapy: { ja: '治療の経過', en: 'progress of therapy' },
  activity: { ja: '歩数や運動などの活動', en: 'activity such as steps' },
}

const under = (system: string, words: Readonly<Record<string, Sentence>>): [string, Sentence][] =>
  Object.entries(words).map(([code, sentence]) => [`${system}|${code}`, sentence])

const conditions: Readonly<Record<string, Sentence>> = {
  'problem-list-item': { ja: 'いま続いている病気', en: 'current problems' },
  'encounter-diagnosis': { ja: '受診ごとの診断', en: 'diagnoses of visits' },
  'health-concern': { ja: '健康上の心配ごと', en: 'health concerns' },
}

/** Codes by which apps narrow what they ask for. @spec SMART App Launch 2.2, finer-grained resource constraints; US Core categories */
const narrowed: Readonly<Record<string, Sentence>> = Object.fromEntries([
  ...under(observation, categories),
  ...under(japanese, categories),
  ...under(condition, conditions),
])

/** What a code narrows a scope to, in words; the code itself where nobody here knows it. */
export const narrowedWords = (param: string, code: string): Sentence =>
  Object.hasOwn(narrowed, code)
    ? narrowed[code]!
    : { ja: `${param} が ${code.slice(0, 120)} のもの`, en: `those with ${param} ${code.slice(0, 120)}` }
