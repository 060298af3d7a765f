/** What is checked of a resource as a whole, after its elements. */
import type { JsonObject } from '../model.ts'
import { checkBundle } from './bundle.ts'
import { checkConceptMap, checkSearchParameter, checkStructureDefinition, checkValueSet } from './definitional.ts'
import { checkProfiles } from './profiles.ts'
import { checkQuestionnaire } from './questionnaire/definition.ts'
import { checkQuestionnaireResponse } from './questionnaire/response.ts'
import type { Walk } from './walk.ts'

const checks: Readonly<Record<string, (walk: Walk, value: JsonObject) => void>> = {
  Bundle: checkBundle,
  ConceptMap: checkConceptMap,
  Questionnaire: checkQuestionnaire,
  QuestionnaireResponse: checkQuestionnaireResponse,
  SearchParameter: checkSearchParameter,
  StructureDefinition: checkStructureDefinition,
  ValueSet: checkValueSet,
}

/** Checks the resource at hand as a whole, and shows it to its profiles. */
export function checkWhole(walk: Walk, value: JsonObject, type: string): void {
  if (Object.hasOwn(checks, type)) checks[type]!(walk, value)
  checkProfiles(walk, value, type)
}
