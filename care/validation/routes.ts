import type { RecordService } from '#care/record'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest, Taken } from '#kernel/route'
import {
  type Checker,
  type CheckOptions,
  checkResource,
  checkText,
  type Finding,
  isObject,
  isResource,
  isResourceType,
  operationOutcome,
  parseJson,
  parseXml,
} from '#packages/fhir'
import { askedBy } from './parameters.ts'

export type ValidationDeps = { checker: Checker; record: Pick<RecordService, 'read'> }

const takes: readonly Taken[] = [
  { name: 'resource', in: 'body', type: 'BackboneElement', about: { ja: '確かめるリソース', en: 'The resource to check' } },
  { name: 'mode', type: 'code', about: { ja: 'create、update、delete、profile', en: 'create, update, delete or profile' } },
  { name: 'profile', type: 'string', many: true, about: { ja: '合うべきプロファイル', en: 'Profile it must keep to' } },
]
const modes = ['create', 'update', 'delete', 'profile']

/** Rows that say what is wrong with a resource and keep nothing of it. */
export function validationRoutes({ checker, record }: ValidationDeps): Row[] {
  const common = {
    kind: 'read',
    who: ['system', 'staff'],
    why: ['TREAT', 'HOPERAT'],
    audit: 'record.validate',
    law: 'HL7 FHIR R4 Resource/$validate',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    takes,
  } as const
  const summary = { ja: 'リソースを確かめる（保存しない）', en: 'Check a resource, keeping nothing' }
  const sent = async (ctx: Context, request: RouteRequest) => answer(ctx, validateSent(request, checker))
  const stored = async (ctx: Context, request: RouteRequest): Promise<Answer> => {
    const { type = '', id = '' } = request.params
    const { mode, profiles } = askedByQuery(request)
    const { body } = await record.read(ctx, type, id)
    if (mode === 'delete') return answer(ctx, [])
    return answer(ctx, checkText(body, checker, optionsWith(profiles)).findings)
  }
  return [
    { ...common, method: 'POST', path: '/fhir/R4/:type/$validate', body: 'text', summary, handle: sent },
    { ...common, method: 'GET', path: '/fhir/R4/:type/:id/$validate', summary, handle: stored },
    {
      ...common,
      method: 'POST',
      path: '/fhir/R4/:type/:id/$validate',
      body: 'text',
      summary,
      handle: (ctx, request) => (isBare(request) ? stored(ctx, request) : sent(ctx, request)),
    },
  ]
}

const answer = ({ lang }: Context, findings: readonly Finding[]): Answer => ({ fhir: operationOutcome(findings, lang) })

const optionsWith = (profiles: readonly string[]): CheckOptions => (profiles.length === 0 ? {} : { profiles })

/** @refuses input-invalid */
function askedByQuery({ query }: RouteRequest): { mode: string | null; profiles: string[] } {
  const mode = query.get('mode')
  if (mode !== null && !modes.includes(mode)) refuse('input-invalid', { what: 'mode' })
  return { mode, profiles: query.getAll('profile') }
}

/** Nothing is sent in, or Parameters without a resource. */
function isBare({ body }: RouteRequest): boolean {
  const text = body as string
  if (text.trim() === '') return true
  const read = /^\s*</.test(text) ? parseXml(text) : parseJson(text)
  return 'value' in read && isResource(read.value) && askedBy(read.value)?.resource === null
}

const wrongType = (type: string, found: string): Finding => ({
  severity: 'error',
  code: 'invalid',
  path: found,
  ruleId: 'structure/resource-type',
  ja: `ここで確かめるのは ${type} です（送られたのは ${found}）。アドレスか内容を直してください。`,
  en: `This address checks ${type}, but a ${found} was sent. Correct the address or the content.`,
})

const wrongId = (id: string): Finding => ({
  severity: 'error',
  code: 'invalid',
  path: 'id',
  ruleId: 'validate/id',
  ja: `idがアドレスの「${id}」と違います。そろえてください。`,
  en: `The id is not that of the address, '${id}'. Make them agree.`,
})

/** The findings of what was sent in: the body itself, or the resource inside Parameters. @refuses type-unknown, input-invalid */
function validateSent(request: RouteRequest, checker: Checker): Finding[] {
  const { type = '', id } = request.params
  if (!isResourceType(type)) refuse('type-unknown', { type: type.slice(0, 60) })
  const text = request.body as string
  const read = /^\s*</.test(text) ? parseXml(text) : parseJson(text)
  if ('findings' in read) return read.findings
  const asked = isResource(read.value) ? askedBy(read.value) : null
  const inside = type === 'Parameters' ? null : asked
  const query = askedByQuery(request)
  const options = optionsWith([...query.profiles, ...(inside?.profiles ?? [])])
  if ((inside?.mode ?? query.mode) === 'delete') return []
  if (inside && inside.resource === null) return refuse('input-invalid', { what: 'Parameters.parameter (resource)' })
  const resource = inside ? inside.resource : read.value
  const findings = inside ? checkResource(resource, checker, options).findings : checkText(text, checker, options).findings
  const found = isObject(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : null
  return [
    ...(found !== null && found !== type ? [wrongType(type, found.slice(0, 60))] : []),
    ...(id !== undefined && isObject(resource) && resource.id !== id ? [wrongId(id)] : []),
    ...findings,
  ]
}
