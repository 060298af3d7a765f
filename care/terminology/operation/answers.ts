/**
 * Answers of the engine as FHIR. The sentences of terminology operations are English in `details.text`, word for word those of HL7's
 * terminology ecosystem, because validators show and compare them; the Japanese stands in `diagnostics`.
 * @spec http://hl7.org/fhir/R4/terminology-service.html
 */
import type { Answer } from '#kernel/route'
import { codingJson, designationJson, type Json, type JsonObject, propertyValue, type Terminology } from '#packages/fhir'

type Ok<T> = Exclude<T, { issue: unknown }>
export type CodeCheck = ReturnType<Terminology['validateCode']>
export type CodeIssue = CodeCheck['issues'][number]
export type Lookup = Ok<ReturnType<Terminology['lookup']>>
export type Relation = Ok<ReturnType<Terminology['relation']>>
export type Translation = ReturnType<Terminology['translate']>

const ISSUE_TYPE = 'http://hl7.org/fhir/tools/CodeSystem/tx-issue-type'
const MESSAGE_ID = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id'

function issueJson({ severity, code, detail, id, path, ja, en }: CodeIssue): JsonObject {
  return {
    extension: [{ url: MESSAGE_ID, valueString: id }],
    severity,
    code,
    details: { coding: [{ system: ISSUE_TYPE, code: detail }], text: en },
    diagnostics: ja,
    ...(path === undefined || path === '' ? {} : { location: [path], expression: [path] }),
  }
}

export const outcomeJson = (found: readonly CodeIssue[]): JsonObject => ({ resourceType: 'OperationOutcome', issue: found.map(issueJson) })

/** An operation that could not be done. What is not there is 404, what cannot be done with it 422. */
export const failed = (issue: CodeIssue): Answer => ({
  status: issue.code === 'not-found' || issue.code === 'code-invalid' ? 404 : 422,
  fhir: outcomeJson([issue]),
})

const parametersJson = (parameter: readonly JsonObject[]): JsonObject => ({ resourceType: 'Parameters', parameter: [...parameter] })

/** One parameter, or none where there is no value. */
const some = (name: string, type: string, value: Json | undefined): JsonObject[] =>
  value === undefined ? [] : [{ name, [`value${type}`]: value }]

/** Whether the answer is no because the system is not known, or that is so beside another reason. */
const unknownName = ({ issues, neededSystems }: CodeCheck, url: string): string =>
  neededSystems.includes(url) || !issues.some(({ detail }) => detail === 'not-in-vs') ? 'x-caused-by-unknown-system' : 'x-unknown-system'

export function checkJson(check: CodeCheck): JsonObject {
  const { result, code, display, inactive, issues, message, normalizedCode, status, system, version } = check
  return parametersJson([
    ...some('result', 'Boolean', result === true),
    ...some('message', 'String', message?.en),
    ...some('code', 'Code', code),
    ...some('system', 'Uri', system),
    ...some('version', 'String', version),
    ...some('display', 'String', display),
    ...some('normalized-code', 'Code', normalizedCode),
    ...some('inactive', 'Boolean', inactive),
    ...some('status', 'String', status),
    ...check.unknownSystems.flatMap((url) => some(unknownName(check, url), 'Canonical', url)),
    ...(issues.length > 0 ? [{ name: 'issues', resource: outcomeJson(issues) }] : []),
  ])
}

export function lookupJson(found: Lookup): JsonObject {
  const designations = found.designations.map((designation) => {
    const { language, use, value } = designationJson(designation)
    return {
      name: 'designation',
      part: [...some('language', 'Code', language), ...some('use', 'Coding', use), ...some('value', 'String', value)],
    }
  })
  const properties = found.properties.map((property) => ({
    name: 'property',
    part: [
      ...some('code', 'Code', property.code),
      { name: 'value', ...propertyValue(property) },
      ...some('description', 'String', property.description),
    ],
  }))
  return parametersJson([
    ...some('name', 'String', found.name),
    ...some('version', 'String', found.version),
    ...some('display', 'String', found.display),
    ...some('definition', 'String', found.definition),
    ...some('system', 'Uri', found.system),
    ...some('code', 'Code', found.code),
    ...some('abstract', 'Boolean', found.abstract),
    ...designations,
    ...properties,
  ])
}

export const relationJson = (outcome: Relation): JsonObject => parametersJson(some('outcome', 'Code', outcome))

export function translationJson({ result, matches, message }: Translation): JsonObject {
  const match = matches.map(({ equivalence, concept, products, source, comment }) => ({
    name: 'match',
    part: [
      ...some('equivalence', 'Code', equivalence),
      ...some('concept', 'Coding', concept && codingJson(concept)),
      ...products.map((product) => ({
        name: 'product',
        part: [...some('element', 'Uri', product.element), ...some('concept', 'Coding', codingJson(product.concept))],
      })),
      ...some('source', 'Uri', source),
      ...some('comment', 'String', comment),
    ],
  }))
  return parametersJson([...some('result', 'Boolean', result), ...some('message', 'String', message?.en), ...match])
}
