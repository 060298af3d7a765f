/** Texts to begin with: our own, of people who do not exist. Pure. */
import { isObject, type JsonObject, makeFiveItemBundle, type Resource, toXml } from '#packages/fhir'

type Named = 'submission' | 'faults' | 'xml'

const submission = (): Resource =>
  makeFiveItemBundle({
    sender: {
      institutionNumber: '1319999990',
      name: '例示クリニック',
      department: { code: '01', name: '内科' },
      doctor: { id: 'D0001', family: '例示', given: '一郎', familyKana: 'レイジ', givenKana: 'イチロウ' },
    },
    patient: {
      memberId: '06990001:12:3456:01',
      localId: '0000001',
      family: '縁',
      given: '花子',
      familyKana: 'エニシ',
      givenKana: 'ハナコ',
      gender: 'female',
      birthDate: '1958-04-12',
      address: { state: '東京都', city: '千代田区', line: '緑町1-2-3', postalCode: '100-0000' },
    },
    type: 'Condition',
    items: [
      {
        type: 'Condition',
        id: 'C-1',
        code: { keyNumber: '20061593', display: '高血圧症', text: '高血圧症' },
        onset: '2024-05-10',
        principal: true,
      },
    ],
    localId: 'example-1',
    year: 2026,
    at: '2026-04-01T10:00:00.000+09:00',
  })

const laidOut = (resource: Resource) => JSON.stringify(resource, null, 2)

/** Faults that are often made: a day that is none, a misspelt element, a date written another way, half-width kana, a wrong institution number. */
function withFaults(bundle: Resource): Resource {
  const copy = structuredClone(bundle)
  const [patient, condition] = (copy.entry as { resource: JsonObject }[]).map(({ resource }) => resource)
  if (!patient || !condition || !isObject(condition.code) || !isObject(copy.identifier)) return copy
  patient.birthDate = '1951-02-30'
  patient.gendre = patient.gender ?? 'female'
  delete patient.gender
  condition.onsetDateTime = '2025/03/01'
  condition.code.text = 'ｺｳｹﾂｱﾂ'
  copy.identifier.value = '999^2026^1'
  return copy
}

/** The text of an example; null where there is none of the name. */
export function checkExample(name: string): string | null {
  const made: Record<Named, () => string> = {
    submission: () => laidOut(submission()),
    faults: () => laidOut(withFaults(submission())),
    xml: () =>
      toXml(
        { resourceType: 'Patient', active: true, name: [{ use: 'offical', text: '縁 花子' }], birthDate: '1951-2-3' },
        { pretty: true },
      ),
  }
  return Object.hasOwn(made, name) ? made[name as Named]() : null
}
