import type { ReactNode } from 'react'
import type { Checked, Finding } from '#packages/fhir'
import { Banner, Details, Icon, type IconName, KeyValue, type Lang, Section, t, type Words } from '#ui'
import { Code } from './frame.tsx'
import { blocksOf, type SourceLine } from './source-view.ts'

/** What was found in a text. `shown`: the text as it was checked, laid out anew where it stood on one line. */
export type CheckResult = { checked: Checked; shown: string; laidOut: boolean; milliseconds: number }

export const countOf = (findings: readonly Finding[], severity: Finding['severity']): number =>
  findings.filter((f) => f.severity === severity).length

const severities: Record<Finding['severity'], { word: Words; icon: IconName; tone: 'harm' | 'attention' | 'info' }> = {
  error: { word: { ja: '誤り', en: 'Error' }, icon: 'cross', tone: 'harm' },
  warning: { word: { ja: '注意', en: 'Warning' }, icon: 'warning', tone: 'attention' },
  information: { word: { ja: '情報', en: 'Note' }, icon: 'info', tone: 'info' },
}

/** The verdict, then the text with each finding beside its line. */
export function Result({ result, lang }: { result: CheckResult; lang: Lang }): ReactNode {
  const { checked, shown, laidOut, milliseconds } = result
  const { findings, format, resourceType, asSubmission } = checked
  const errors = countOf(findings, 'error')
  const warnings = countOf(findings, 'warning')
  return (
    <Section id="result" title={t(lang, { ja: '結果', en: 'Result' })}>
      <Banner
        lang={lang}
        tone={errors > 0 ? 'attention' : 'success'}
        label={errors > 0 ? t(lang, { ja: '不合格', en: 'Not valid' }) : t(lang, { ja: '合格', en: 'Valid' })}
        title={verdict(errors, warnings)[lang]}
      >
        {asSubmission ? (
          <p>
            {t(lang, {
              ja: '提出する Bundle として、電子カルテ情報共有サービスの規則でも確かめました。',
              en: 'It was also checked by the rules of submissions to the sharing service.',
            })}
          </p>
        ) : null}
      </Banner>
      <p className="answer-line">
        <KeyValue name={t(lang, { ja: '読み方', en: 'Read as' })}>
          {format.toUpperCase()}
          {resourceType === null ? '' : `, ${resourceType}`}
        </KeyValue>
        <KeyValue name={t(lang, { ja: '時間（この1回の計測値）', en: 'Time (this one check)' })}>
          {milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}
          <span className="unit">ms</span>
        </KeyValue>
      </p>
      {laidOut ? (
        <p className="note">
          {t(lang, {
            ja: '1行が長いため、読みやすく改行してから確かめました。行番号は下の表示のものです。',
            en: 'The lines were long, so the text was laid out first. Line numbers are those shown below.',
          })}
        </p>
      ) : null}
      <Source text={shown} findings={findings} lang={lang} />
    </Section>
  )
}

function verdict(errors: number, warnings: number): Record<Lang, string> {
  if (errors > 0)
    return {
      ja: `直すところが${errors}件あります${warnings > 0 ? `（ほかに注意${warnings}件）` : ''}。`,
      en: `${errors} to mend${warnings > 0 ? ` (and ${warnings} warning${warnings > 1 ? 's' : ''})` : ''}.`,
    }
  if (warnings > 0)
    return { ja: `誤りはありません。注意が${warnings}件あります。`, en: `No error. ${warnings} warning${warnings > 1 ? 's' : ''}.` }
  return { ja: '誤りも注意もありません。', en: 'No error and no warning.' }
}

function Source({ text, findings, lang }: { text: string; findings: readonly Finding[]; lang: Lang }): ReactNode {
  return (
    <section className="source" aria-label={t(lang, { ja: '確かめた内容と指摘', en: 'The text and what was found' })}>
      {blocksOf(text, findings).map((block) => {
        const lines = block.lines.map((line) => <Line key={line.number} line={line} lang={lang} />)
        const { first, last } = block
        if (block.kind === 'shown') return <div key={first}>{lines}</div>
        return (
          <Details key={first} summary={t(lang, { ja: `${first}〜${last}行（指摘なし）`, en: `Lines ${first}–${last}, nothing found` })}>
            {lines}
            {lines.length < last - first + 1 ? (
              <p className="note source-rest">{t(lang, { ja: 'この先は長いため示していません。', en: 'The rest is too long to show.' })}</p>
            ) : null}
          </Details>
        )
      })}
    </section>
  )
}

function Line({ line: { number, text, findings }, lang }: { line: SourceLine; lang: Lang }): ReactNode {
  const worst = findings.find((f) => f.severity === 'error') ?? findings.find((f) => f.severity === 'warning') ?? findings[0]
  return (
    <div className={worst ? `source-line source-${severities[worst.severity].tone}` : 'source-line'} id={`L${number}`}>
      <span className="source-number" aria-hidden="true">
        {number}
      </span>
      <code className="source-text" lang={/[぀-鿿]/.test(text) ? 'ja' : 'en'}>
        {text === '' ? ' ' : text}
      </code>
      {findings.length > 0 ? (
        <ul className="source-findings">
          {findings.map((finding) => (
            <Found key={`${finding.path} ${finding.ruleId} ${finding.en}`} finding={finding} lang={lang} />
          ))}
        </ul>
      ) : null}
    </div>
  )
}

function Found({ finding, lang }: { finding: Finding; lang: Lang }): ReactNode {
  const { word, icon, tone } = severities[finding.severity]
  return (
    <li className={`source-finding source-${tone}`}>
      <Icon name={icon} />
      <div>
        <p>
          <strong className="source-word">{word[lang]}</strong> {finding[lang]}
        </p>
        <p className="note">
          <Code>{finding.path}</Code> <Code>{finding.ruleId}</Code>
          {finding.profile === undefined ? null : (
            <>
              {' '}
              <Code>{finding.profile.slice(finding.profile.lastIndexOf('/') + 1)}</Code>
            </>
          )}
        </p>
      </div>
    </li>
  )
}
