import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Context, institutionOf } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { hasError, isObject, isResourceType, type Json, parseJson } from '#packages/fhir'
import { jobFolder, writeWhole } from './folder.ts'
import type { ImportAsk, ImportInput, ImportMode } from './model.ts'
import { importModes, isInputName } from './rules.ts'

/** Most files one import may name. */
const MAX_INPUTS = 200

/**
 * What an import takes in: the body itself where it is NDJSON, else the files that Parameters name, which the operator laid out in
 * `import/<institution number>/` below the data folder. Nothing is fetched from elsewhere.
 *
 * @refuses media-type, input-invalid, not-found for a file that is not there
 */
export async function readImport(ctx: Context, request: RouteRequest, about: { home: string; id: string }): Promise<ImportAsk> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  const text = String(request.body ?? '')
  if (/^application\/((fhir|x)[+-])?ndjson$/.test(type)) {
    if (text.trim() === '') refuse('input-invalid', { what: 'NDJSON' })
    const bytes = await writeWhole(jobFolder(about.home, about.id), 'upload.ndjson', text)
    const upload: ImportInput = { name: 'body', place: 'bulk', path: 'upload.ndjson', type: null, bytes }
    return { mode: modeOf(request.query.get('mode')), inputs: [upload] }
  }
  if (!/^application\/((fhir)\+)?json$/.test(type)) refuse('media-type', { type: type.slice(0, 80) })
  const parsed = parseJson(text)
  if ('findings' in parsed && hasError(parsed.findings)) refuse('resource-invalid', {}, parsed.findings)
  return named(ctx, 'value' in parsed ? parsed.value : null, about.home)
}

const modeOf = (value: string | null | undefined): ImportMode =>
  value === null || value === undefined
    ? 'update'
    : (importModes.find((mode) => mode === value) ?? refuse('input-invalid', { what: 'mode' }))

async function named(ctx: Context, body: Json, home: string): Promise<ImportAsk> {
  if (!isObject(body) || body.resourceType !== 'Parameters' || !Array.isArray(body.parameter))
    return refuse('input-invalid', { what: 'Parameters' })
  const parameters = body.parameter.filter(isObject)
  const format = textOf(parameters.find((p) => p.name === 'inputFormat'))
  if (format !== undefined && !/^(application\/(fhir\+)?)?ndjson$/.test(format)) refuse('input-invalid', { what: 'inputFormat' })
  const wanted = parameters.filter((p) => p.name === 'input')
  if (wanted.length === 0 || wanted.length > MAX_INPUTS) refuse('input-invalid', { what: 'input' })
  const folder = join('import', institutionOf(ctx.actor) ?? refuse('not-permitted'))
  const inputs = await Promise.all(wanted.map((p) => inputOf(p, { home, folder })))
  // People come first, because what others say refers to them.
  const first = (input: ImportInput) => (input.type === 'Patient' ? 0 : 1)
  return { mode: modeOf(textOf(parameters.find((p) => p.name === 'mode'))), inputs: inputs.toSorted((a, b) => first(a) - first(b)) }
}

async function inputOf(parameter: { [name: string]: Json | undefined }, at: { home: string; folder: string }): Promise<ImportInput> {
  const parts = Array.isArray(parameter.part) ? parameter.part.filter(isObject) : []
  const type = textOf(parts.find((p) => p.name === 'type')) ?? null
  const name = textOf(parts.find((p) => p.name === 'url')) ?? ''
  if (type !== null && !isResourceType(type)) refuse('input-invalid', { what: 'input.type' })
  if (!isInputName(name)) refuse('input-invalid', { what: 'input.url' })
  const path = join(at.folder, name)
  const found = await stat(join(at.home, path)).catch(() => null)
  if (!found?.isFile()) return refuse('not-found')
  return { name, place: 'import', path, type, bytes: found.size }
}

function textOf(parameter: { [name: string]: Json | undefined } | undefined): string | undefined {
  const value = parameter && Object.entries(parameter).find(([name]) => name.startsWith('value'))?.[1]
  return typeof value === 'string' ? value : undefined
}
