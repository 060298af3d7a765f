import { extensions, identifierSystems, institutionNumberPattern } from '../canonicals.ts'
import { element, extension, firstText, identifierValues, type Node, nodes, text, texts } from '../element.ts'
import { personOf } from '../extract.ts'
import { bundleIdentifier, patientName } from '../kind.ts'
import { whyNotMemberId, whyNotPublicPayerId } from '../member-id.ts'
import { claimsOwnGuide } from './bundle.ts'
import { everyClass, inside, lacking, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const patients = (s: Submission): Node[] => (s.patient === undefined ? [] : [s.patient])

const localIdentifiers = (s: Submission): Node[] =>
  inside(patients(s), 'identifier').filter((node) =>
    (firstText(node.value, 'system') ?? '').startsWith(identifierSystems.patientLocalPrefix),
  )

const localNumber = (identifier: Node) => (firstText(identifier.value, 'system') ?? '').slice(identifierSystems.patientLocalPrefix.length)

const ownInstitution = (s: Submission) =>
  firstText(extension(s.patient?.value, extensions.institutionNumber), 'valueIdentifier', 'value') ??
  bundleIdentifier(s.bundle)?.institutionNumber

const common = { level: 'error', appliesTo: everyClass } as const

export const patientRules: SubmissionRule[] = [
  {
    ...common,
    id: 'P-PATIENT',
    code: 'required',
    source: 'JP_Bundle_* entry:patient 1..1',
    ja: '患者が入っていないか、2人以上入っています。1つの Bundle には1人の患者を入れてください。',
    en: 'There is no Patient, or more than one. Send one Patient in one Bundle.',
    find: (s) => (s.of('Patient').length === 1 ? [] : ['Bundle.entry']),
  },
  {
    ...common,
    id: 'R1010',
    code: 'value',
    source: 'JP_Patient_eCS valid-system-local-patientID',
    ja: '施設患者IDの identifier.system の形が違います。urn:oid:1.2.392.100495.20.3.51.1 に医療機関番号10桁を続けてください。',
    en: 'The system of the local patient number is malformed. Use urn:oid:1.2.392.100495.20.3.51.1 followed by the 10-digit institution number.',
    find: (s) =>
      localIdentifiers(s).flatMap((n) => {
        const number = localNumber(n)
        return number.startsWith('1') && institutionNumberPattern.test(number.slice(1)) ? [] : [`${n.path}.system`]
      }),
  },
  {
    ...common,
    id: 'R1011',
    code: 'invariant',
    source:
      'JP_Patient_eCS valid-system-local-patientID; where the Patient has no institution extension (published examples) the Bundle identifier is compared',
    ja: '施設患者IDの医療機関番号が、患者の医療機関番号（なければ Bundle の識別子の医療機関番号）と違います。自施設の番号に合わせてください。',
    en: 'The institution in the local patient number differs from the Patient extension (or, without one, from the Bundle identifier). Use your own number.',
    find: (s) => {
      const own = ownInstitution(s)
      if (own === undefined || own === null) return []
      return localIdentifiers(s).flatMap((n) => (localNumber(n) === `1${own}` ? [] : [`${n.path}.system`]))
    },
  },
  {
    ...common,
    id: 'R1012',
    code: 'required',
    source:
      'JP_Patient_eCS valid-system-insurance-patientIdentifier; a person on public assistance has JP_PublicPayer_memberID instead; a check-up report under its own guide may spell it in Coverage',
    ja: '被保険者個人識別子がちょうど1つありません。Patient.identifier に1つだけ書いてください（生活保護の方は生活保護受給者識別子を1つ）。',
    en: 'There is not exactly one member ID. Write exactly one into Patient.identifier (for public assistance, the public payer ID).',
    find: (s) => {
      const insurance = identifierValues(s.patient?.value, identifierSystems.memberId).length
      const assistance = identifierValues(s.patient?.value, identifierSystems.publicPayerId).length
      if (insurance === 1 || (insurance === 0 && assistance === 1)) return []
      if (insurance + assistance === 0 && claimsOwnGuide(s) && personOf(s.bundle) !== null) return []
      return [`${s.patient?.path ?? 'Bundle'}.identifier`]
    },
  },
  {
    ...common,
    id: 'R1013',
    code: 'value',
    source: 'JP_Patient_eCS valid-value-insurance-patientIdentifier',
    ja: '被保険者個人識別子の形が違います。保険者番号8桁（0で埋める）:記号:番号:枝番2桁または空 にしてください。空白は使えません。',
    en: 'The member ID is malformed. Write insurer number (8 digits, padded with 0):symbol:number:branch (2 digits or empty), without spaces.',
    find: (s) =>
      inside(patients(s), 'identifier').flatMap((n) => {
        const system = element(n.value, 'system')
        const value = firstText(n.value, 'value') ?? ''
        if (system === identifierSystems.memberId && whyNotMemberId(value) !== null) return [`${n.path}.value`]
        return system === identifierSystems.publicPayerId && whyNotPublicPayerId(value) !== null ? [`${n.path}.value`] : []
      }),
  },
  {
    ...common,
    id: 'R1021',
    code: 'value',
    source: 'JP_eCS_InstitutionNumber valid-value-institutionNumberExtension; insurance-medical-institution-no',
    ja: '保険医療機関番号が10桁の形になっていません。都道府県2桁＋点数表1桁＋医療機関7桁で書いてください。',
    en: 'The institution number is malformed. Write prefecture (2 digits), fee table (1) and institution (7).',
    find: (s) => {
      const inExtension = inside(patients(s), 'extension').filter((n) => element(n.value, 'url') === extensions.institutionNumber)
      const written = inside(inExtension, 'valueIdentifier', 'value')
      const identifiers = inside(s.of('Organization'), 'identifier').filter(
        (n) => element(n.value, 'system') === identifierSystems.institution,
      )
      return [...written, ...identifiers.flatMap((n) => nodes(n, 'value'))].flatMap((n) =>
        institutionNumberPattern.test(text(n.value) ?? '') ? [] : [n.path],
      )
    },
  },
  {
    ...common,
    id: 'R1090',
    code: 'value',
    source: 'JP-CLINS identifiers, doctor local ID',
    ja: '医師の施設内IDの identifier.system の形が違います。urn:oid:1.2.392.100495.20.3.41.1 に医療機関番号10桁を続けてください。',
    en: 'The system of the doctor number is malformed. Use urn:oid:1.2.392.100495.20.3.41.1 followed by the 10-digit institution number.',
    find: (s) => {
      const contained = s.entries.flatMap((e) => nodes({ path: `${e.path}.resource`, value: e.resource ?? null }, 'contained'))
      const doctors = [...s.of('Practitioner'), ...contained.filter((n) => element(n.value, 'resourceType') === 'Practitioner')]
      return inside(doctors, 'identifier').flatMap((n) => {
        const system = firstText(n.value, 'system') ?? ''
        const { doctorLocalPrefix } = identifierSystems
        if (!system.startsWith(doctorLocalPrefix)) return []
        const rest = system.slice(doctorLocalPrefix.length)
        return rest.startsWith('1') && institutionNumberPattern.test(rest.slice(1)) ? [] : [`${n.path}.system`]
      })
    },
  },
  {
    ...common,
    id: 'R1112',
    code: 'required',
    source: 'JP_Patient_eCS name: IDE or SYL',
    ja: '患者の漢字氏名もカナ氏名もありません。name に IDE（漢字）または SYL（カナ）を付けて書いてください。',
    en: 'The Patient has neither kanji nor kana name. Write a name marked IDE (kanji) or SYL (kana).',
    find: (s) => {
      const name = patientName(s.patient?.value ?? null)
      return s.patient === undefined || name.kanji !== null || name.kana !== null ? [] : [`${s.patient.path}.name`]
    },
  },
  {
    ...common,
    id: 'R1113',
    code: 'value',
    source: 'JP_Patient_eCS kanjiName-kanaName-donot-contain-ZenkakuKuuhaku',
    ja: '患者氏名に全角空白があります。姓と名は区切らないか、半角空白で区切ってください。',
    en: 'The name contains a full-width space. Separate family and given name by a half-width space or not at all.',
    find: (s) =>
      inside(patients(s), 'name')
        .filter((n) => extension(n.value, extensions.nameRepresentation) !== undefined)
        .flatMap((n) => (texts(n.value, 'text').some((written) => written.includes('　')) ? [`${n.path}.text`] : [])),
  },
  {
    ...common,
    id: 'P-PATIENT-REQUIRED',
    code: 'required',
    source: 'JP_Patient_eCS name.text, name.family, name.given, gender, birthDate, address.text 1..*',
    ja: '患者の必須項目（氏名の text・family・given、性別、生年月日、住所の text）が欠けています。書いてください。',
    en: 'A required element of the Patient is missing (name text, family, given; gender; birth date; address text). Add it.',
    find: (s) => {
      const people = patients(s)
      const names = inside(people, 'name')
      return [
        ...lacking(people, 'name'),
        ...lacking(names, 'text'),
        ...lacking(names, 'family'),
        ...lacking(names, 'given'),
        ...lacking(people, 'gender'),
        ...lacking(people, 'birthDate'),
        ...lacking(people, 'address', 'text'),
      ]
    },
  },
  {
    ...common,
    id: 'P-PATIENT-ADDRESS',
    level: 'warning',
    code: 'value',
    source: 'JP-CLINS prose on Patient.address: one address, with state and city; the check-up example has the text only',
    ja: '患者の住所が1件でないか、都道府県（state）と市区町村（city）がありません。1件だけ、両方を書いてください。',
    en: 'The Patient has not exactly one address with prefecture (state) and city. Write one, with both.',
    find: (s) => {
      const addresses = inside(patients(s), 'address')
      const many = addresses.slice(1).map((n) => n.path)
      return [...many, ...lacking(addresses, 'state'), ...lacking(addresses, 'city')]
    },
  },
  {
    ...common,
    id: 'P-PATIENT-INSTITUTION',
    level: 'warning',
    code: 'required',
    source: 'JP-CLINS prose: the Patient carries the institution extension in this service; the published examples omit it',
    ja: '患者に医療機関番号の拡張がありません。JP_eCS_InstitutionNumber を付けてください。',
    en: 'The Patient has no institution extension. Add JP_eCS_InstitutionNumber.',
    find: (s) =>
      patients(s).flatMap((n) => (extension(n.value, extensions.institutionNumber) === undefined ? [`${n.path}.extension`] : [])),
  },
]
