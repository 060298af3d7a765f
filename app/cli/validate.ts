import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Checker, type CheckOptions, checkText, type Finding, hasError, operationOutcome } from '#packages/fhir'
import type { Lang } from '#kernel/language'
import { openChecker } from '../checker.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { progressOn } from './progress.ts'
import { type Document, documentsOf, findSources, MAX_DOCUMENT_BYTES, placeOf, type Source } from './sources.ts'
import { plain, tableTo } from './table.ts'

/** What is wrong with one document. */
export function findingsOf(document: Document, checker: Checker, options: CheckOptions = {}): Finding[] {
  if ('unread' in document) return [document.unread]
  return checkText(document.text, checker, { maxBytes: MAX_DOCUMENT_BYTES, ...options }).findings
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
    add(document: Pick<Document, 'shown' | 'line'>, findings: readonly Finding[]) {
      for (const f of findings) table.row([spotOf(document, f), f.path, f.ruleId, severities[lang][f.severity], f[lang]])
    },
    end: table.end,
  }
}

/** Where a finding stands, as editors read it: `file:line:column`. In NDJSON the line is the file's. */
function spotOf(document: Pick<Document, 'shown' | 'line'>, { line, column }: Finding): string {
  const at = document.line ?? line
  return at === undefined ? document.shown : `${document.shown}:${at}${column === undefined ? '' : `:${column}`}`
}

/** Source of an OperationOutcome among many: the file, and the line where it has lines. */
const SOURCE = 'urn:enishi:source'

/** Different sentences kept in memory; a file of nonsense could bring any number. */
const MOST_UNCHECKED = 1_000

/** Below this, work is over before a bar of progress could be read. */
const WORTH_A_BAR = 4 * 1024 * 1024

/** Progress over all sources, by bytes. */
function progressOver(io: Io, sources: readonly Source[]) {
  const total = sources.reduce((sum, source) => sum + source.bytes, 0)
  if (total < WORTH_A_BAR) return null
  const bar = progressOn(io, { ja: '確認中', en: 'checking' })
  let before = 0
  return {
    at: (document: Document, about: string) => bar.at((before + document.end) / total, about),
    next: (source: Source) => {
      before += source.bytes
    },
    end: bar.end,
  }
}

/** Says that something could not be looked at, not that something is wrong. */
const isNotChecked = ({ ruleId, severity }: Finding) => severity !== 'error' && /not-(?:loaded|checked|evaluated)$/.test(ruleId)

/** What could not be looked at, each once however many documents rest on it, with the number of places. */
function uncheckedList(lang: Lang) {
  const counts = new Map<string, { finding: Finding; places: number }>()
  return {
    /** The other findings. */
    sift(findings: readonly Finding[]): Finding[] {
      for (const finding of findings.filter(isNotChecked)) {
        const known = counts.get(finding.en)
        if (known) known.places++
        else if (counts.size < MOST_UNCHECKED) counts.set(finding.en, { finding, places: 1 })
      }
      return findings.filter((finding) => !isNotChecked(finding))
    },
    end(io: Io) {
      if (counts.size === 0) return
      io.out(lang === 'ja' ? '確かめられなかったこと（か所数）' : 'Not checked (number of places)')
      for (const { finding, places } of [...counts.values()].sort((a, b) => b.places - a.places))
        io.out(`  ${places}  ${plain(finding[lang])}`)
    },
  }
}

const optionsOf = ({ values }: Arguments): CheckOptions => ({
  ...(values.profile === undefined ? {} : { profiles: values.profile.split(',').filter((url) => url !== '') }),
  rules: values.rules === 'submission' || values.rules === 'none' ? values.rules : 'auto',
})

/** The checker with the operator's packages; what could not be read of them is said. */
async function checkerFor({ values }: Arguments, io: Io): Promise<Checker> {
  const home = resolve(io.env.ENISHI_HOME || '.enishi')
  const folder = values.packages === undefined ? resolve(home, 'packages') : resolve(io.cwd, values.packages)
  if (values.packages !== undefined && !existsSync(folder))
    throw new Stop(EXIT.couldNotRun, {
      ja: `パッケージのフォルダー ${values.packages} がありません。場所を確かめてください。`,
      en: `The folder of packages ${values.packages} does not exist. Check the path.`,
    })
  const checker = await openChecker(folder)
  const [useless] = checker.useless ?? []
  if (useless) throw new Stop(EXIT.couldNotRun, useless)
  for (const problem of checker.problems) io.err(plain(problem[io.lang]))
  return checker
}

const languageOf = ({ values }: Arguments, io: Io): Lang => (values.lang === 'en' || values.lang === 'ja' ? values.lang : io.lang)

/**
 * Checks files without a database or network. Of NDJSON, one line is held at a time.
 * @returns 0 where no document has an error, 1 where one has; a file that cannot be read stops everything before it starts
 */
export async function validate(given: Arguments, io: Io): Promise<Exit> {
  const lang = languageOf(given, io)
  const sources = await findSources(given.operands, io.cwd)
  const checker = await checkerFor(given, io)
  const options = optionsOf(given)
  const table = given.values.format === 'outcome' ? null : findingTable(io, lang)
  const unchecked = uncheckedList(lang)
  const progress = progressOver(io, sources)
  const count = { documents: 0, refused: 0, errors: 0, warnings: 0 }
  for (const source of sources) {
    for await (const document of documentsOf(source)) {
      const findings = findingsOf(document, checker, options)
      count.documents++
      count.errors += findings.filter((f) => f.severity === 'error').length
      count.warnings += findings.filter((f) => f.severity === 'warning' && !isNotChecked(f)).length
      if (hasError(findings)) count.refused++
      if (table) table.add(document, unchecked.sift(findings))
      else io.out(JSON.stringify({ ...operationOutcome(findings, lang), extension: [{ url: SOURCE, valueString: placeOf(document) }] }))
      progress?.at(document, String(count.documents))
    }
    progress?.next(source)
  }
  progress?.end()
  table?.end()
  unchecked.end(io)
  // Outcomes are read by a program; the summary stays out of their way.
  const say = table ? io.out : io.err
  say(summaryOf(sources.length, count)[lang])
  return count.refused > 0 ? EXIT.refused : EXIT.fine
}

type Count = { documents: number; refused: number; errors: number; warnings: number }

const summaryOf = (files: number, { documents, refused, errors, warnings }: Count): Record<Lang, string> => ({
  ja: `${files} ファイル、${documents} 件：合格 ${documents - refused}、不合格 ${refused}（誤り ${errors}、注意 ${warnings}）`,
  en: `${files} files, ${documents} documents: ${documents - refused} valid, ${refused} invalid (${errors} errors, ${warnings} warnings)`,
})
