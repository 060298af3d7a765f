import { readFile, writeFile } from 'node:fs/promises'
import { submissionRules, type Verdict } from '#packages/fhir'

const cell = (text: string) => text.replaceAll('|', '\\|')

/** The verdicts as a table: file, what it was judged as, verdict, rules. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((v) => {
    const reasons = v.verdict === 'refused' ? v.rules.join(' ') : v.warnings.length > 0 ? `(warnings: ${v.warnings.join(' ')})` : ''
    return `| ${cell(v.file)} | ${v.kind} | ${v.verdict} | ${reasons} | ${v.note} |`
  })
  return ['| example | judged as | verdict | rules | how |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

/** The submission rules as a table. */
export function ruleTable(): string {
  const rows = submissionRules.map((r) => {
    const level = r.documentLevel === undefined ? r.level : `${r.level}, in documents ${r.documentLevel}`
    return `| ${r.id} | ${level} | ${r.appliesTo.length === 5 || r.appliesTo.length === 0 ? 'all' : r.appliesTo.join(', ')} | ${cell(r.source)} | ${cell(r.ja)}<br>${cell(r.en)} |`
  })
  return ['| id | level | applies to | published in | what it says |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`, adding the markers at the end where they are missing. */
export async function writeSection(file: string, name: string, body: string): Promise<void> {
  const begin = `<!-- ${name}:begin -->`
  const end = `<!-- ${name}:end -->`
  const before = await readFile(file, 'utf8').catch(
    () => '# Conformance\n\nWritten by `npm run conformance`; edit outside the markers only.\n',
  )
  const from = before.indexOf(begin)
  const to = before.indexOf(end)
  const block = `${begin}\n${body}\n${end}`
  const after = from >= 0 && to > from ? before.slice(0, from) + block + before.slice(to + end.length) : `${before.trimEnd()}\n\n${block}\n`
  if (after !== before) await writeFile(file, after)
}
