/** Which profiles a resource is shown to: those it was asked to keep, those it claims, and those R4 itself asks by code. */
import type { Json, JsonObject } from '../model.ts'
import type { Walk } from './walk.ts'

const core = 'http://hl7.org/fhir/StructureDefinition/'

/** LOINC codes that make an Observation a vital sign, with the profile it must keep. @spec http://hl7.org/fhir/R4/observation-vitalsigns.html */
const vitalSigns: Readonly<Record<string, string>> = {
  '85353-1': 'vitalspanel',
  '9279-1': 'resprate',
  '8867-4': 'heartrate',
  '2708-6': 'oxygensat',
  '8310-5': 'bodytemp',
  '8302-2': 'bodyheight',
  '9843-4': 'headcircum',
  '29463-7': 'bodyweight',
  '39156-5': 'bmi',
  '85354-9': 'bp',
}

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

function claims(value: JsonObject): string[] {
  const list = isObject(value.meta) && Array.isArray(value.meta.profile) ? value.meta.profile : []
  return list.filter((url) => typeof url === 'string')
}

function vitalSignsOf(observation: JsonObject): string[] {
  const coding = isObject(observation.code) && Array.isArray(observation.code.coding) ? observation.code.coding : []
  return coding.flatMap((one) => {
    if (!isObject(one) || one.system !== 'http://loinc.org' || typeof one.code !== 'string') return []
    return Object.hasOwn(vitalSigns, one.code) ? [core + vitalSigns[one.code]!] : []
  })
}

/** Shows the resource at hand to its profiles. */
export function checkProfiles(walk: Walk, value: JsonObject, type: string): void {
  const { profiles, claimed, definitions } = walk.knowledge
  if (profiles === null) return
  const asked = walk.depth === 1 ? walk.asked : []
  const byCode = type === 'Observation' ? vitalSignsOf(value).filter((url) => definitions?.structure(url)) : []
  for (const url of new Set([...asked, ...(claimed ? claims(value) : []), ...byCode])) profiles.checkProfile(walk, value, url)
}
