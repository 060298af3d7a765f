import { judge } from '#care/record'
import { type Finding, hasError, operationOutcome, parseJson, validateResource } from '#packages/fhir'
import type { Lang } from '#kernel/language'
import { type Arguments, EXIT, type Exit, type Io } from './command.ts'
import { type Document, documentsOf, findSources, placeOf } from './sources.ts'
import { tableTo } from './table.ts'

/** What is wrong with one document: a Bundle by the rules of submissions, anything else by the structure of its type. */
export function findingsOf(document: Document): Finding[] {
  if ('unread' in document) return [document.unread]
  const parsed = parseJson(document.text)
  if ('findings' in parsed) return parsed.findings
  const { value } = parsed
  const isBundle = value !== null && typeof value === 'object' && !Array.isArray(value) && value.resourceType === 'Bundle'
  return isBundle ? judge(document.text).findings : validateResource(value)
}

const severities: Record<Lang, Record<Finding['severity'], string>> = {
  ja: { error: '誤り', warning: '注意', information: '情報' },
  en: { error: 'error', warning: 'warning', information: 'information' },
}

const header: Record<Lang, readonly string[]> = {
  ja: ['場所', '要素', '規則', '重さ', '内容'],
  en: ['where', 'element', 'rule', 'severity', 'what'],
}

/** A table of findings: where, element, rule, severity, sentence. */
export function findingTable(io: Io, lang: Lang) {
  const table = tableTo(io.out, header[lang])
  return {
    add(place: string, findings: readonly Finding[]) {
      for (const f of findings) table.row([place, f.path, f.ruleId, severities[lang][f.severity], f[lang]])
    },
    end: table.end,
  }
}

/** Source of an OperationOutcome among many: the file, and the line where it has lines. */
const SOURCE = 'urn:enishi:source'

/**
 * Checks files without a database.
 * @returns 0 where no document has an error, 1 where one has; a file that cannot be read stops everything before it starts
 */
export async function validate({ operands, values }: Arguments, io: Io): Promise<Exit> {
  const lang = values.lang === 'en' || values.lang === 'ja' ? values.lang : io.lang
  const sources = await findSources(operands, io.cwd)
  const table = values.format === 'outcome' ? null : findingTable(io, lang)
  const count = { documents: 0, refused: 0, errors: 0, warnings: 0 }
  for (const source of sources) {
    for await (const document of documentsOf(source)) {
      const findings = findingsOf(document)
      count.documents++
      count.errors += findings.filter((f) => f.severity === 'error').length
      count.warnings += findings.filter((f) => f.severity === 'warning').length
      if (hasError(findings)) count.refused++
      if (table) table.add(placeOf(document), findings)
      else io.out(JSON.stringify({ ...operationOutcome(findings, lang), extension: [{ url: SOURCE, valueString: placeOf(document) }] }))
    }
  }
  table?.end()
  const { documents, refused, errors, warnings } = count
  // Outcomes are read by a program; the summary stays out of their way.
  const say = table ? io.out : io.err
  say(
    lang === 'ja'
      ? `${sources.length} ファイル、${documents} 件：合格 ${documents - refused}、不合格 ${refused}（誤り ${errors}、注意 ${warnings}）`
      : `${sources.length} files, ${documents} documents: ${documents - refused} valid, ${refused} invalid (${errors} errors, ${warnings} warnings)`,
  )
  return refused > 0 ? EXIT.refused : EXIT.fine
}
