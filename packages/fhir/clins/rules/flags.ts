import { codeSystems, labSystems } from '../canonicals.ts'
import { codings, element, firstText, type Node, nodes } from '../element.ts'
import { everyClass, type SubmissionRule } from './rule.ts'
import type { Submission } from './submission.ts'

const known = ['LTS', 'UNINFORMED', 'UNDELIVERED']

const isInfection = (resource: Node) =>
  codings(element(resource.value, 'code')).some((c) => c.system === labSystems.infection10 || c.system === labSystems.infection11)

type Flag = { resource: Node; type: string; path: string; code: string }

function flags(s: Submission): Flag[] {
  return s.entries.flatMap((entry) => {
    if (entry.resource === undefined) return []
    const resource = { path: entry.at, value: entry.resource }
    return nodes(resource, 'meta', 'tag')
      .filter((tag) => element(tag.value, 'system') === codeSystems.indication)
      .map((tag) => ({ resource, type: entry.resource?.resourceType ?? '', path: tag.path, code: firstText(tag.value, 'code') ?? '' }))
  })
}

const longTerm = ['Condition', 'AllergyIntolerance', 'Observation', 'MedicationRequest']

export const flagRules: SubmissionRule[] = [
  {
    id: 'P-FLAG-CODE',
    level: 'error',
    alone: 'warning',
    code: 'code-invalid',
    appliesTo: everyClass,
    source: 'JP_ehrshrs_indication',
    ja: '知らない目印（meta.tag）です。LTS（長期保存）、UNINFORMED（未告知）、UNDELIVERED（未提供）だけが使えます。',
    en: 'Unknown flag (meta.tag). Only LTS, UNINFORMED and UNDELIVERED may be used.',
    find: (s) => flags(s).flatMap((flag) => (known.includes(flag.code) ? [] : [flag.path])),
  },
  {
    id: 'P-FLAG-TYPE',
    level: 'error',
    alone: 'warning',
    code: 'business-rule',
    appliesTo: everyClass,
    source:
      'JP-CLINS meta.tag: LTS on Condition, AllergyIntolerance, infection Observation, MedicationRequest; UNINFORMED, UNDELIVERED on Condition',
    ja: 'この種別には付けられない目印（meta.tag）です。未告知と未提供は傷病名だけ、長期保存は傷病名・アレルギー・感染症・処方だけに付けてください。',
    en: 'This flag is not for this resource. UNINFORMED and UNDELIVERED go on diagnoses only, LTS on diagnoses, allergies, infection tests, prescriptions.',
    find: (s) =>
      flags(s).flatMap((flag) => {
        const allowed = flag.code === 'LTS' ? longTerm.includes(flag.type) : flag.type === 'Condition' || !known.includes(flag.code)
        return allowed ? [] : [flag.path]
      }),
  },
  {
    id: 'P-FLAG-LTS-LAB',
    level: 'error',
    alone: 'warning',
    code: 'business-rule',
    appliesTo: everyClass,
    source: 'JP-CLINS prose: LTS on a laboratory result only for infection tests',
    ja: '感染症でない検査結果に長期保存（LTS）が付いています。取り除いてください。',
    en: 'A result that is no infection test carries LTS. Remove it.',
    find: (s) =>
      flags(s).flatMap((flag) => (flag.code === 'LTS' && flag.type === 'Observation' && !isInfection(flag.resource) ? [flag.path] : [])),
  },
]
