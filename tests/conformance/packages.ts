/** The published packages load, and every example in them and beside them is judged, each verdict explained. */
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { checkText, type Checker, type Finding, loadPackages } from '#packages/fhir'
import { openChecker } from '../../app/checker.ts'
import { readTar } from '../../packages/fhir/definition/tar.ts'
import type { SuiteResult } from './clins.ts'

const conformanceFile = /(?:^|\/)(?:StructureDefinition|ValueSet|CodeSystem|ConceptMap|NamingSystem|ImplementationGuide|package)\b[^/]*$/
const folders = ['jp-clins-examples', 'document-examples', 'ereferral-examples']

export type Judged = { file: string; errors: readonly Finding[] }

/** Why published examples do not keep to the published profiles, by what is found. */
const explanations: readonly { rules: RegExp; file: RegExp; why: string }[] = [
  { file: /ErrorExample/, rules: /./, why: 'marked as wrong by its publisher' },
  {
    file: /[Rr]eferral/,
    rules: /^profile\/(binding|pattern|required|slice-required|reference-target)|^needs-|^validUsage|^valid-|^coding\//,
    why: 'written for an earlier edition of the guide: older section codes, no member ID, no coded diagnosis or drug',
  },
  {
    file: /MedReq-ePreData|MedicationRequest-MedicationRequestExample/,
    rules: /./,
    why: 'a prescription of the prescription guide, without the identifiers and codes of this one',
  },
  { file: /Patient-(Instance|jppatient)/, rules: /^valid-/, why: 'written before the service had a member ID' },
  {
    file: /eCheckup|Instance-for/,
    rules: /^coding\/|^profile\//,
    why: 'follows its own guide, whose document type code the packages of the service do not have',
  },
]

/** The reason for a verdict; null where nobody knows one. */
export function explained({ file, errors }: Judged): string | null {
  if (errors.length === 0) return ''
  const reasons = errors.map(({ ruleId }) => explanations.find((one) => one.file.test(file) && one.rules.test(ruleId))?.why)
  return reasons.includes(undefined) ? null : [...new Set(reasons)].join('; ')
}

const judge = (file: string, text: string, checker: Checker): Judged => ({
  file,
  errors: checkText(text, checker, { rules: 'none' }).findings.filter(({ severity }) => severity === 'error'),
})

/** Every example: in the packages, and in the folders of examples beside them. */
export async function judgeExamplesByProfile(root: string, checker: Checker): Promise<Judged[]> {
  const at = resolve(root, 'data/fhir-packages')
  const judged: Judged[] = []
  for (const name of (await readdir(at)).filter((file) => file.endsWith('.tgz')).sort()) {
    const { files } = readTar(gunzipSync(await readFile(resolve(at, name))), { maxEntries: 10_000, maxNameLength: 1_000 })
    for (const { name: file, bytes } of files.filter((one) => one.name.endsWith('.json') && !conformanceFile.test(one.name)))
      judged.push(judge(`${name.replace(/\.tgz$/, '')}/${file.split('/').at(-1)}`, new TextDecoder().decode(bytes), checker))
  }
  for (const folder of folders)
    for (const file of (await readdir(resolve(root, 'data', folder), { recursive: true })).filter((name) => name.endsWith('.json')).sort())
      judged.push(judge(`${folder}/${file}`, await readFile(resolve(root, 'data', folder, file), 'utf8'), checker))
  return judged
}

const cell = (text: string) => text.replaceAll('|', '\\|')

/** The suite `packages`: the four packages load, their definitions compile, their examples are judged and every verdict is explained. */
export async function runPackages(root: string): Promise<SuiteResult> {
  const folder = resolve(root, 'data/fhir-packages')
  const { definitions, packages } = loadPackages(folder)
  const checker = await openChecker(folder)
  const broken = [...definitions.list('StructureDefinition')].filter((canonical) => definitions.structure(canonical) === undefined)
  const judged = await judgeExamplesByProfile(root, checker)
  const failed = [
    ...packages.flatMap(({ name, problem, failed: files }) => [
      ...(problem ? [`${name}: ${problem.en}`] : []),
      ...files.map((f) => `${name} ${f.file}: ${f.en}`),
    ]),
    ...broken.map((canonical) => `${canonical}: ${definitions.problem(canonical)?.en ?? 'gives nothing'}`),
    ...judged
      .filter((one) => explained(one) === null)
      .map(({ file, errors }) => `${file}: ${errors.map((e) => `${e.ruleId} at ${e.path}`).join(', ')}`),
  ]
  const counts = packages.map(
    ({ name, counts: of }) => `| ${name} | ${of.StructureDefinition ?? 0} | ${of.ValueSet ?? 0} | ${of.CodeSystem ?? 0} |`,
  )
  const rows = judged.map((one) => {
    const rules = [...new Set(one.errors.map(({ ruleId }) => ruleId))].slice(0, 6).join(' ')
    return `| ${cell(one.file)} | ${one.errors.length === 0 ? 'keeps to its profile' : `does not: ${cell(rules)}`} | ${explained(one) ?? 'NOT EXPLAINED'} |`
  })
  const kept = judged.filter(({ errors }) => errors.length === 0).length
  const body = [
    '## Published packages and their examples',
    '',
    'Every definition of the four packages compiles. JP Core and the terminology package, which the operator loads, are absent: what rests on them is reported as not checked.',
    '',
    '| package | profiles and extensions | value sets | code systems |',
    '| --- | --- | --- | --- |',
    ...counts,
    '',
    `${judged.length} examples judged by the profiles they claim: ${kept} keep to them.`,
    '',
    '| example | verdict | why |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
  return {
    suite: 'packages',
    passed: judged.filter((one) => explained(one) !== null).length,
    failed,
    sections: [{ name: 'packages', body }],
  }
}
