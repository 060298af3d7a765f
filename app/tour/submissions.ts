import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  bundleClass,
  firstText,
  isLaboratory,
  isResource,
  makeCarePlan,
  makeCheckup,
  makeFiveItemBundle,
  makeReferral,
  type PatientInput,
  placeExample,
  type Resource,
  resourceTypeOf,
  senderOf,
  type SenderInput,
} from '#packages/fhir'

/** One submission of the tour. `own`: made up by us about a demo person; otherwise a published example. */
export type Submission = { name: string; kind: string; text: string; own: boolean; sender: string }

type FiveItems = Parameters<typeof makeFiveItemBundle>[0]
type About = { sender: SenderInput; patient: PatientInput; addressee: { institutionNumber: string; name: string }; now: string }

/** The kinds the tour must show; one that nobody submitted fails the tour. */
export const kinds = [
  'five-items Condition',
  'five-items AllergyIntolerance',
  'five-items Observation',
  'eReferral',
  'eCheckup',
  'ePCS',
] as const

/** Our own submissions about one person, one of every kind. Demo content, not approved medical text. */
export function ownSubmissions({ sender, patient, addressee, now }: About): Submission[] {
  const run = Date.now().toString(36)
  const [today, year] = [now.slice(0, 10), Number(now.slice(0, 4))]
  const ulcer = {
    type: 'Condition' as const,
    id: `C1-${run}`,
    code: { keyNumber: '20064049', display: '十二指腸潰瘍' },
    onset: today,
    principal: true,
  }
  const untold = {
    ...ulcer,
    id: `C2-${run}`,
    principal: false,
    code: { keyNumber: '99999999', display: '未コード化傷病名', text: '精査中の病変（デモ・未告知）' },
    flags: { uninformed: true },
  }
  const document = (name: string) => ({ sender, patient, year, at: now, localId: `tour-${name}-${run}` })
  const five = (type: FiveItems['type'], items: FiveItems['items']) =>
    makeFiveItemBundle({ sender, patient, year, at: now, type, items, localId: `tour-${type.slice(0, 5)}-${run}` })
  const drug = {
    type: 'MedicationRequest' as const,
    id: `M1-${run}`,
    drug: { generic: '2171022F1ZZZ', display: 'アムロジピン錠5mg' },
    authored: now,
    start: today,
    days: 28,
    usage: { code: '1011000400000000', text: '1日1回朝食後 服用' },
    dose: { value: 1, unit: '錠', unitCode: 'TAB', perDay: 1 },
  }
  const made: [string, Resource][] = [
    ['傷病名 / diagnoses', five('Condition', [ulcer, untold])],
    ['アレルギー / allergies', five('AllergyIntolerance', [amoxicillin(run), mackerel(run)])],
    ['検査・感染症 / tests', five('Observation', [potassium(run, now), hepatitisB(run, now)])],
    [
      '診療情報提供書 / referral',
      makeReferral({
        ...document('ref'),
        addressee,
        purpose: '精査のお願い',
        diagnoses: [ulcer],
        presentIllness: { condition: { ...ulcer, id: `C3-${run}` }, text: '心窩部の痛みが続く。' },
        medications: [drug],
      }),
    ],
    ['療養計画書 / care plan', makeCarePlan({ ...document('plan'), plan: '毎朝血圧を測り、減塩を続けてください。', conditions: [ulcer] })],
    ['健診結果報告書 / check-up', makeCheckup({ ...document('chk'), examinedOn: today, program: 'specific', results: [height(run)] })],
  ]
  return made.map(([name, bundle]) => ({
    name,
    kind: kindOf(bundle),
    text: JSON.stringify(bundle),
    own: true,
    sender: sender.institutionNumber,
  }))
}

const amoxicillin = (run: string) => ({
  type: 'AllergyIntolerance' as const,
  id: `A1-${run}`,
  code: { code: 'GCM6131001F1ZZZ', display: 'アモキシシリンカプセル' },
  category: 'medication' as const,
  criticality: 'high' as const,
})
const mackerel = (run: string) => ({
  type: 'AllergyIntolerance' as const,
  id: `A2-${run}`,
  code: { code: 'J9FC11310000', display: 'さば' },
  category: 'food' as const,
})
const height = (run: string) => ({
  id: `H1-${run}`,
  item: { code: '9N001000000000001', display: '身長' },
  category: 'body-measurement' as const,
  value: { quantity: 165.2, unit: 'cm', ucum: 'cm' },
})

const potassium = (run: string, taken: string) => ({
  type: 'Observation' as const,
  id: `L1-${run}`,
  local: { code: 'K_SER', display: 'カリウム' },
  standard: { list: 'core' as const, code: '3H015000002326101', display: 'K' },
  taken,
  specimen: '血清',
  value: { quantity: 5.6, unit: 'mmol/L', ucum: 'mmol/L' },
  range: { low: 3.6, high: 4.8 },
})

const hepatitisB = (run: string, taken: string) => ({
  type: 'Observation' as const,
  id: `L2-${run}`,
  local: { code: 'HBSAG', display: 'HBs抗原' },
  standard: { list: 'infection' as const, code: '5F016141002302311', display: 'HBs抗原(判定)' },
  taken,
  specimen: '血清',
  value: { text: '陰性' },
})

/** What a Bundle is, in the words of the tour's table. */
export function kindOf(bundle: Resource): string {
  const found = bundleClass(bundle)
  return found === 'five-items' ? `five-items ${resourceTypeOf(bundle) ?? '?'}` : (found ?? 'none')
}

const single = new Set(['Condition', 'AllergyIntolerance', 'Observation'])

/**
 * The published examples, where this machine has them: Bundles exactly as they are, and single conditions, allergies and
 * laboratory results put into five items in memory.
 */
export async function publishedSubmissions(root: string): Promise<Submission[]> {
  const found: Submission[] = []
  for (const folder of ['jp-clins-examples', 'document-examples', 'ereferral-examples']) {
    if (!existsSync(join(root, folder))) continue
    const names = (await readdir(join(root, folder), { recursive: true })).filter((n) => n.endsWith('.json')).sort()
    const read = await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(root, folder, name), 'utf8') })))
    const resources = read.flatMap(({ name, text }) => {
      const resource: unknown = JSON.parse(text)
      return isResource(resource) ? [{ name, text, resource }] : []
    })
    const neighbours = new Map(resources.map(({ resource }) => [`${resource.resourceType}/${resource.id}`, resource] as const))
    for (const { name, text, resource } of resources) {
      const file = `${folder}/${name}`
      if (resource.resourceType === 'Bundle')
        found.push({ name: file, kind: kindOf(resource), text, own: false, sender: senderOf(resource) ?? '' })
      else if (single.has(resource.resourceType) && (resource.resourceType !== 'Observation' || isLaboratory(resource))) {
        found.push({ name: file, ...wrapped(resource, neighbours), own: false })
      }
    }
  }
  return found
}

/** A single example in five items, each under an identifier of its own so that one does not replace another. */
function wrapped(resource: Resource, neighbours: ReadonlyMap<string, Resource>): { kind: string; text: string; sender: string } {
  const { bundle } = placeExample(resource, neighbours)
  const system = firstText(bundle, 'identifier', 'system') ?? ''
  const value = (firstText(bundle, 'identifier', 'value') ?? '').replace(
    /[^^]*$/,
    String(resource.id)
      .replace(/[^A-Za-z0-9-]/g, '')
      .slice(-36),
  )
  return { kind: kindOf(bundle), text: JSON.stringify({ ...bundle, identifier: { system, value } }), sender: senderOf(bundle) ?? '' }
}

export const publishedRoot = (): string =>
  resolve(process.env.ENISHI_SHARED ?? join(process.env.ENISHI_ROOT ?? '.', '..', 'shared'), 'data')
