import type { ReactNode } from 'react'
import { Details, type Lang, Section, t, type Words } from '#ui'
import { Code } from './frame.tsx'

export type CheckForm = { text: string; profile: string; rules: 'auto' | 'submission' | 'none' }
/** Packages that were loaded, by name, and what could not be read of them. */
export type Packages = { names: readonly string[]; problems: readonly Words[] }

const ruleChoices: Record<CheckForm['rules'], Words> = {
  auto: { ja: '内容に合わせる（提出の Bundle なら提出の規則も）', en: 'By the content (submission rules for submissions)' },
  submission: { ja: 'Bundle はすべて提出として', en: 'Every Bundle as a submission' },
  none: { ja: 'FHIR とプロファイルだけ', en: 'FHIR and profiles only' },
}

/** Where a text is pasted or dropped. `again`: beneath a result. */
export function Form({ form, lang, again }: { form: CheckForm; lang: Lang; again: boolean }): ReactNode {
  return (
    <Section
      id="check"
      title={again ? t(lang, { ja: '直して、もう一度', en: 'Mend and check again' }) : t(lang, { ja: '内容', en: 'Content' })}
    >
      <form className="query-form" action="/developer/check#result" method="post">
        <div className="field" data-drop="">
          <label htmlFor="field-text">{t(lang, { ja: 'JSON か XML', en: 'JSON or XML' })}</label>
          <p className="field-hint" id="field-text-hint">
            {t(lang, { ja: '貼り付けてください。', en: 'Paste it here.' })}{' '}
            <span data-drop-hint="" hidden>
              {t(lang, { ja: 'ファイルをここに落としても読み込めます。', en: 'A file can be dropped here, too.' })}
            </span>
          </p>
          <textarea
            className="input input-code source-box"
            id="field-text"
            name="text"
            rows={14}
            required
            defaultValue={form.text}
            aria-describedby="field-text-hint"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            data-query=""
          />
          <p className="source-pick" data-drop-pick="" hidden>
            <label htmlFor="field-file">{t(lang, { ja: 'ファイルを選ぶ', en: 'Choose a file' })}</label>{' '}
            <input type="file" id="field-file" accept=".json,.xml,application/json,application/xml,text/xml" />
          </p>
          <p role="status" className="note" data-drop-status="" />
        </div>
        <div className="source-options">
          <div className="field">
            <label htmlFor="field-rules">{t(lang, { ja: '共有サービスの規則', en: 'Rules of the sharing service' })}</label>
            <select className="input" id="field-rules" name="rules" defaultValue={form.rules}>
              {(['auto', 'submission', 'none'] as const).map((value) => (
                <option key={value} value={value}>
                  {ruleChoices[value][lang]}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="field-profile">{t(lang, { ja: 'プロファイルの URL（なくてもよい）', en: 'Profile URL (optional)' })}</label>
            <input className="input" id="field-profile" name="profile" defaultValue={form.profile} inputMode="url" autoComplete="off" />
          </div>
        </div>
        <div className="query-actions">
          <button type="submit" className="button button-primary">
            {t(lang, { ja: '確かめる', en: 'Check' })}
          </button>
          <span className="note">{t(lang, { ja: 'Ctrl+Enter でも確かめます。', en: 'Ctrl+Enter checks, too.' })}</span>
        </div>
        {again ? null : <Examples lang={lang} />}
      </form>
    </Section>
  )
}

const examples: readonly { name: string; title: Words; shows: Words }[] = [
  {
    name: 'submission',
    title: { ja: '提出できる Bundle', en: 'A Bundle that can be submitted' },
    shows: { ja: '傷病名の提出。架空の人です', en: 'A submission of diagnoses, of an invented person' },
  },
  {
    name: 'faults',
    title: { ja: '誤りのある Bundle', en: 'A Bundle with faults' },
    shows: { ja: '同じ Bundle に、よくある誤りを入れたもの', en: 'The same with faults that often occur' },
  },
  {
    name: 'xml',
    title: { ja: 'XML の患者', en: 'A patient in XML' },
    shows: { ja: 'XML でも行を示します', en: 'Places are shown in XML, too' },
  },
]

const Examples = ({ lang }: { lang: Lang }): ReactNode => (
  <div>
    <p className="note">{t(lang, { ja: '例を入れる', en: 'Fill in an example' })}</p>
    <ul className="example-list">
      {examples.map(({ name, title, shows }) => (
        <li key={name}>
          <a href={`/developer/check?example=${name}#check`}>{title[lang]}</a>
          <span className="note">{shows[lang]}</span>
        </li>
      ))}
    </ul>
  </div>
)

/** What a text is held against, and how more comes to it. */
export function Against({ packages, lang }: { packages: Packages; lang: Lang }): ReactNode {
  const { names, problems } = packages
  return (
    <Section id="against" title={t(lang, { ja: '何に照らして確かめるか', en: 'What it is checked against' })}>
      <ul>
        <li>{t(lang, { ja: 'FHIR R4（4.0.1）の構造、規則、値セット', en: 'FHIR R4 (4.0.1): structure, rules, value sets' })}</li>
        <li>{t(lang, { ja: '電子カルテ情報共有サービスの提出の規則と書き方', en: 'Rules and prose of the record sharing service' })}</li>
        {names.map((name) => (
          <li key={name}>
            <Code>{name}</Code>
          </li>
        ))}
      </ul>
      {names.length === 0 ? (
        <p className="note">
          {t(lang, {
            ja: 'FHIR パッケージは読み込まれていません。運用者がデータフォルダーの packages に .tgz を置くと、そのプロファイルでも確かめます。',
            en: 'No FHIR package is loaded. Once the operator puts a .tgz into the folder packages of the data folder, its profiles are checked, too.',
          })}
        </p>
      ) : null}
      {problems.length > 0 ? (
        <Details summary={t(lang, { ja: `読めなかったもの（${problems.length}件）`, en: `What could not be read (${problems.length})` })}>
          <ul>
            {problems.map((problem) => (
              <li key={problem.en}>{problem[lang]}</li>
            ))}
          </ul>
        </Details>
      ) : null}
    </Section>
  )
}
