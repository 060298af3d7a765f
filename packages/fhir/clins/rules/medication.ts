import { drugSystems, extensions } from '../canonicals.ts'
import { codings, element, extension, firstText, type Node, texts } from '../element.ts'
import { documents, inside, lacking, present, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

/** Prescriptions travel inside documents only. */
const common = { level: 'error', appliesTo: documents } as const
const requests = (s: Submission): Node[] => s.of('MedicationRequest')
const dosages = (s: Submission): Node[] => inside(requests(s), 'dosageInstruction')
const drug = (n: Node) => codings(element(n.value, 'medicationCodeableConcept'))
const usage = (n: Node) => codings(element(element(n.value, 'timing'), 'code'))

const standardDrug: string[] = [drugSystems.yj, drugSystems.yjOid, drugSystems.generic, drugSystems.genericOid]
const isUsage = (c: { system: string }) => c.system === drugSystems.usage
const isDummy = (c: { system: string; code: string }) => c.system === drugSystems.usageDummy && c.code === '0X0XXXXXXXXX0000'

export const medicationRules: SubmissionRule[] = [
  {
    ...common,
    id: 'R3010',
    code: 'code-invalid',
    source: 'JP_MedicationRequest_eCS needs-anyOfStandardCode-medication',
    ja: '医薬品に YJ コード、一般名コード、標準コードなし（NOCODED）のいずれもありません。どれか1つを付けてください。',
    en: 'The drug has none of YJ code, generic-name code, NOCODED. Add one of them.',
    find: (s) =>
      requests(s).flatMap((n) =>
        drug(n).some((c) => standardDrug.includes(c.system) || c.system === drugSystems.noCode)
          ? []
          : [`${n.path}.medicationCodeableConcept.coding`],
      ),
  },
  {
    ...common,
    id: 'R3011',
    level: 'warning',
    code: 'code-invalid',
    source: 'JP-CLINS R3011, stricter than R3010 and without NOCODED; the 1.5.2 profile refuses by R3010 only',
    ja: '医薬品に YJ コードも一般名コードもありません。分かるときは付けてください。',
    en: 'The drug has neither YJ nor generic-name code. Add one where known.',
    find: (s) =>
      requests(s).flatMap((n) =>
        drug(n).some((c) => standardDrug.includes(c.system)) ? [] : [`${n.path}.medicationCodeableConcept.coding`],
      ),
  },
  {
    ...common,
    id: 'R5020',
    code: 'code-invalid',
    source: 'JP_MedicationDosage_eCS validUsage-MedicationUsage-codesystem',
    ja: '用法が厚労省用法コードかダミー用法コードのちょうど一方で書かれていません。どちらか一方を付けてください。',
    en: 'The usage is not coded by exactly one of the usage master and the dummy code. Write one of them.',
    find: (s) => dosages(s).flatMap((n) => (usage(n).some(isUsage) !== usage(n).some(isDummy) ? [] : [`${n.path}.timing.code.coding`])),
  },
  {
    ...common,
    id: 'R5021',
    code: 'code-invalid',
    source: 'JP_MedicationDosage_eCS invalidUsage-MedicationUsage-codesystem',
    ja: '厚労省用法コードとダミー用法コードの両方があります。一方を取り除いてください。',
    en: 'The usage carries both a usage master code and the dummy code. Remove one.',
    find: (s) => dosages(s).flatMap((n) => (usage(n).some(isUsage) && usage(n).some(isDummy) ? [`${n.path}.timing.code.coding`] : [])),
  },
  {
    ...common,
    id: 'P-MEDICATION-STATUS',
    code: 'value',
    source: 'JP_MedicationRequest_eCS status completed, intent order',
    ja: '処方の status が completed、intent が order ではありません。直してください。',
    en: 'The status is not completed or the intent not order. Correct it.',
    find: (s) =>
      requests(s).flatMap((n) => [
        ...(element(n.value, 'status') === 'completed' ? [] : [`${n.path}.status`]),
        ...(element(n.value, 'intent') === 'order' ? [] : [`${n.path}.intent`]),
      ]),
  },
  {
    ...common,
    id: 'P-MEDICATION-REQUIRED',
    code: 'required',
    source: 'JP_MedicationRequest_eCS medication.text, subject, authoredOn, dosageInstruction 1..*',
    ja: '処方の必須項目（薬の名称 text、患者、処方日時、用法）が欠けています。書いてください。',
    en: 'A required element of the prescription is missing (drug text, subject, authoredOn, dosageInstruction). Add it.',
    find: (s) => [
      ...lacking(requests(s), 'medicationCodeableConcept', 'text'),
      ...lacking(requests(s), 'subject'),
      ...lacking(requests(s), 'authoredOn'),
      ...lacking(requests(s), 'dosageInstruction'),
    ],
  },
  {
    ...common,
    id: 'P-MEDICATION-DOSAGE',
    level: 'warning',
    code: 'required',
    source: 'JP_MedicationDosage_eCS: periodOfUse.start, text, timing.code.text, doseAndRate.type',
    ja: '用法の項目（投与開始日、text、用法名称、力価区分）が欠けています。書いてください。',
    en: 'An element of the dosage is missing (start of use, text, usage text, strength type). Add it.',
    find: (s) =>
      dosages(s).flatMap((n) => [
        ...(firstText(extension(n.value, extensions.periodOfUse), 'valuePeriod', 'start') === undefined ? [`${n.path}.extension`] : []),
        ...lacking([n], 'text'),
        ...lacking([n], 'timing', 'code', 'text'),
        ...lacking(inside([n], 'doseAndRate'), 'type'),
      ]),
  },
  {
    ...common,
    id: 'P-MEDICATION-RATE',
    code: 'value',
    source: 'JP-CLINS prose: denominator of rateRatio always 1 d',
    ja: '1日量（rateRatio）の分母が1日ではありません。value 1、code d にしてください。',
    en: 'The denominator of rateRatio is not one day. Write value 1 and code d.',
    find: (s) =>
      inside(dosages(s), 'doseAndRate', 'rateRatio', 'denominator').flatMap((n) =>
        element(n.value, 'value') === 1 && element(n.value, 'code') === 'd' ? [] : [n.path],
      ),
  },
  {
    ...common,
    id: 'P-MEDICATION-UNIT',
    level: 'warning',
    code: 'value',
    source: 'JP-CLINS prose: one unit system per resource',
    ja: '薬の量の単位に2種類以上のコード体系が使われています。1つにそろえてください。',
    en: 'The quantities use more than one unit system. Use one.',
    find: (s) =>
      requests(s).flatMap((n) => {
        const quantities = [
          ...inside([n], 'dosageInstruction', 'doseAndRate', 'doseQuantity'),
          ...inside([n], 'dosageInstruction', 'doseAndRate', 'rateRatio', 'numerator'),
          ...inside([n], 'dispenseRequest', 'quantity'),
        ]
        return new Set(quantities.flatMap((q) => texts(q.value, 'system'))).size > 1 ? [n.path] : []
      }),
  },
  {
    ...common,
    id: 'P-MEDICATION-ORIGIN',
    level: 'warning',
    code: 'required',
    source: 'JP-CLINS prose: institution, department, Encounter, requester; the published examples omit some',
    ja: '処方に医療機関番号・診療科の拡張、受診情報、処方医のいずれかがありません。書いてください。',
    en: 'The prescription lacks institution or department extension, Encounter or requester. Add it.',
    find: (s) =>
      requests(s).flatMap((n) => [
        ...[extensions.institutionNumber, extensions.department]
          .filter((url) => extension(n.value, url) === undefined)
          .map(() => `${n.path}.extension`),
        ...['encounter', 'requester'].filter((name) => !present(n.value, name)).map((name) => `${n.path}.${name}`),
      ]),
  },
]
