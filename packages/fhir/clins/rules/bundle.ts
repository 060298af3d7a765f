import { bundleIdentifierPattern, bundleProfiles, eCSProfile, identifierSystems, ownBundleProfiles } from '../canonicals.ts'
import { claims, element, firstText, type Node, text } from '../element.ts'
import { everyClass, fiveItems, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const deliverable = ['AllergyIntolerance', 'Condition', 'Observation']
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
const millisecondPattern = /T\d{2}:\d{2}:\d{2}\.\d{3}/

/** The Bundle, and every entry's resource. */
const resourceNodes = (s: Submission): Node[] => [
  s.root,
  ...s.entries.flatMap((e) => (e.resource === undefined ? [] : [{ path: `${e.path}.resource`, value: e.resource }])),
]

/** A document may claim the profile of its own guide; its identifier then follows that guide. */
export const claimsOwnGuide = (s: Submission): boolean => Object.values(ownBundleProfiles).some((profile) => claims(s.bundle, profile))

export const bundleRules: SubmissionRule[] = [
  {
    id: 'R0211',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS first-bundle-entry-is-Patient',
    ja: '最初の entry が Patient ではありません。患者を最初の entry に置いてください。',
    en: 'The first entry is not the Patient. Put the Patient into the first entry.',
    find: (s) =>
      s.entries[0]?.resource?.resourceType === 'Patient' ? [] : [s.entries[0] ? `${s.entries[0].path}.resource` : 'Bundle.entry'],
  },
  {
    id: 'R0212',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS patients-profile-is-JP-Patient-eCS',
    ja: '患者が JP_Patient_eCS プロファイルを名乗っていません。meta.profile に書いてください。',
    en: 'The Patient does not claim the profile JP_Patient_eCS. Write it into meta.profile.',
    find: (s) => (s.patient !== undefined && !claims(s.patient.value, eCSProfile('Patient')) ? [`${s.patient.path}.meta.profile`] : []),
  },
  {
    id: 'R0213',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS bundle-profile-is-JP-Bundle-CLINS',
    ja: 'Bundle が JP_Bundle_CLINS プロファイルを名乗っていません。meta.profile に書いてください。',
    en: 'The Bundle does not claim the profile JP_Bundle_CLINS. Write it into meta.profile.',
    find: (s) => (claims(s.bundle, bundleProfiles.fiveItems) ? [] : ['Bundle.meta.profile']),
  },
  {
    id: 'R02141',
    level: 'error',
    code: 'required',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS bundle-meta-tag-resourceType-exists',
    ja: '収納するリソースの種別を示すタグがありません。meta.tag に BundleResourceType_CS のコードを書いてください。',
    en: 'No tag says which resource type the Bundle carries. Add a meta.tag with a code of BundleResourceType_CS.',
    find: (s) => (s.resourceTags.length > 0 ? [] : ['Bundle.meta.tag']),
  },
  {
    id: 'R02142',
    level: 'error',
    code: 'code-invalid',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS bundle-meta-tag-resourceType-valid',
    ja: '種別のタグが AllergyIntolerance、Condition、Observation のいずれでもありません。処方はこの Bundle では送れません。',
    en: 'The type tag is none of AllergyIntolerance, Condition, Observation. Prescriptions cannot be sent this way.',
    find: (s) => (s.resourceTags.length === 0 || s.resourceTags.some((tag) => deliverable.includes(tag)) ? [] : ['Bundle.meta.tag']),
  },
  {
    id: 'R02143',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS mustHaveOneMoreResources-with-designatedResourceType; a Patient alone asks to delete all and is allowed',
    ja: 'タグが示す種別のリソースがひとつもありません。入れるか、全件削除なら患者だけを送ってください。',
    en: 'No resource of the tagged type is here. Add it, or send the Patient alone to delete all.',
    find: (s) => {
      const tag = s.resourceTags.find((code) => deliverable.includes(code))
      return tag === undefined || s.entries.length <= 1 || s.of(tag).length > 0 ? [] : ['Bundle.entry']
    },
  },
  {
    id: 'R02151',
    level: 'error',
    code: 'value',
    appliesTo: everyClass,
    source: 'JP_Bundle_CLINS valid-system-bundleIdenfifier; document Bundles: identifier.system fixed',
    ja: 'Bundle の identifier.system が違います。http://jpfhir.jp/fhir/clins/bundle-identifier にしてください。',
    en: 'The Bundle identifier has another system. Use http://jpfhir.jp/fhir/clins/bundle-identifier.',
    find: (s) => {
      const system = firstText(s.bundle, 'identifier', 'system')
      if (system === identifierSystems.bundle) return []
      return system === identifierSystems.documentInstance && claimsOwnGuide(s) ? [] : ['Bundle.identifier.system']
    },
  },
  {
    id: 'R02152',
    level: 'error',
    code: 'value',
    appliesTo: everyClass,
    source: 'JP_Bundle_CLINS valid-value-bundleIdenfifier',
    ja: 'Bundle の identifier.value の形が違います。医療機関番号10桁^西暦4桁^施設内ID（英数字とハイフン36文字以内）にしてください。',
    en: 'The Bundle identifier value is malformed. Use institution number (10 digits)^year^local id (up to 36 letters, digits, hyphens).',
    find: (s) => {
      const value = firstText(s.bundle, 'identifier', 'value')
      const free = firstText(s.bundle, 'identifier', 'system') === identifierSystems.documentInstance && claimsOwnGuide(s)
      return value !== undefined && (free || bundleIdentifierPattern.test(value)) ? [] : ['Bundle.identifier.value']
    },
  },
  {
    id: 'P-TYPE',
    level: 'error',
    code: 'value',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS Bundle.type',
    ja: 'Bundle.type が collection ではありません。collection にしてください。',
    en: 'Bundle.type is not collection. Set it to collection.',
    find: (s) => (s.bundle.type === 'collection' ? [] : ['Bundle.type']),
  },
  {
    id: 'P-TAG-ONE',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS Bundle.meta.tag 1..1',
    ja: 'Bundle の種別タグが2つ以上あります。1つの Bundle には1種別だけを入れてください。',
    en: 'The Bundle has more than one type tag. Send one type in one Bundle.',
    find: (s) => (s.resourceTags.length > 1 ? ['Bundle.meta.tag'] : []),
  },
  {
    id: 'P-ONE-TYPE',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS closed entry slices',
    ja: '患者以外の entry に、タグと違う種別のリソースがあります。種別ごとに Bundle を分けてください。',
    en: 'An entry other than the Patient carries another type than the tag says. Send one Bundle per type.',
    find: (s) => {
      const type = s.resourceTags[0]
      return s.entries.slice(1).flatMap((e) => (e.resource?.resourceType === type ? [] : [`${e.path}.resource`]))
    },
  },
  {
    id: 'P-ENTRY-PROFILE',
    level: 'error',
    code: 'structure',
    appliesTo: fiveItems,
    source: 'JP_Bundle_CLINS validEntryProfile-*',
    ja: 'リソースが情報項目のプロファイル（JP_◯◯_eCS）を名乗っていません。meta.profile に書いてください。',
    en: 'The resource does not claim the profile of its information item (JP_X_eCS). Write it into meta.profile.',
    find: (s) =>
      s.entries.slice(1).flatMap((e) => {
        const type = e.resource?.resourceType
        if (type === undefined || !deliverable.includes(type)) return []
        const profile = eCSProfile(type === 'Observation' ? 'Observation_LabResult' : type)
        return claims(e.resource, profile) ? [] : [`${e.path}.resource.meta.profile`]
      }),
  },
  {
    id: 'P-TIMESTAMP',
    level: 'error',
    code: 'required',
    appliesTo: everyClass,
    source: 'JP_Bundle_* Bundle.timestamp 1..1',
    ja: 'Bundle.timestamp がないか、時刻と時差がありません。作成日時を時差つきで書いてください（例 2026-11-22T10:00:00.000+09:00）。',
    en: 'Bundle.timestamp is missing or has no time and zone. Write when it was made, with zone (e.g. 2026-11-22T10:00:00.000+09:00).',
    find: (s) => (instantPattern.test(text(s.bundle.timestamp) ?? '') ? [] : ['Bundle.timestamp']),
  },
  {
    id: 'P-LAST-UPDATED',
    level: 'error',
    code: 'required',
    appliesTo: everyClass,
    source: 'JP-CLINS: meta.lastUpdated 1..1 on every resource',
    ja: 'meta.lastUpdated がないか、時刻と時差がありません。最後に変えた日時を時差つきで書いてください。',
    en: 'meta.lastUpdated is missing or has no time and zone. Write when it last changed, with zone.',
    find: (s) =>
      resourceNodes(s).flatMap((n) =>
        instantPattern.test(firstText(n.value, 'meta', 'lastUpdated') ?? '') ? [] : [`${n.path}.meta.lastUpdated`],
      ),
  },
  {
    id: 'P-MILLISECONDS',
    level: 'warning',
    code: 'value',
    appliesTo: everyClass,
    source: 'JP-CLINS prose on timestamp and meta.lastUpdated; the published examples omit the fraction, so this is no ground to refuse',
    ja: '日時にミリ秒がありません。ミリ秒まで書いてください（例 10:00:00.000）。',
    en: 'The time has no milliseconds. Write them (e.g. 10:00:00.000).',
    find: (s) => {
      const short = (value: string | undefined) => value !== undefined && instantPattern.test(value) && !millisecondPattern.test(value)
      const stamp = short(text(s.bundle.timestamp)) ? ['Bundle.timestamp'] : []
      return [
        ...stamp,
        ...resourceNodes(s).flatMap((n) => (short(firstText(n.value, 'meta', 'lastUpdated')) ? [`${n.path}.meta.lastUpdated`] : [])),
      ]
    },
  },
]

/** A Bundle that is none of the service's: says so instead of running rules that mean nothing for it. */
export const classRule: SubmissionRule = {
  id: 'P-CLASS',
  level: 'error',
  code: 'not-supported',
  appliesTo: [],
  source: 'EMR information sharing: 3 documents, 6 items',
  ja: 'このサービスが受け付ける Bundle ではありません。5情報（JP_Bundle_CLINS）か文書（診療情報提供書、退院時サマリー、健診結果報告書、療養計画書）を送ってください。',
  en: 'This is no Bundle the service takes. Send five items (JP_Bundle_CLINS) or a document (referral, discharge summary, check-up report, care plan).',
  find: (s) => (s.kind === null ? [element(s.bundle, 'meta') === undefined ? 'Bundle' : 'Bundle.meta.profile'] : []),
}
