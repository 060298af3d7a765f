import type { ReactNode } from 'react'
import type { LogProblem, Merged } from '#care/emergency'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  ErrorSummary,
  Field,
  fieldId,
  type FieldError,
  LinkButton,
  renderPage,
  Section,
  Table,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { problemNames } from './offline-page.tsx'
import { HOME, offlineCrumbs } from './parts.tsx'

export const MOST_MB = 10

/** A file of the reader's machine; the form works without script. */
function FileInput(props: {
  on: PageOf
  name: string
  label: string
  hint: string
  error: string | undefined
  required?: boolean
}): ReactNode {
  const { on, name, error } = props
  return (
    <Field lang={on.lang} name={name} label={props.label} hint={props.hint} error={error} required={props.required}>
      <input
        className="input input-full"
        type="file"
        id={fieldId(name)}
        name={name}
        required={props.required}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${fieldId(name)}-hint`}
      />
    </Field>
  )
}

/** Which log came back? */
export function mergePage(on: PageOf, errors: readonly FieldError[]): string {
  const { lang } = on
  const error = (name: string) => errors.find((e) => e.name === name)?.message
  const title = t(lang, { ja: '端末の記録を取り込む', en: 'Merge a laptop’s log' })
  return renderPage(
    <OperatorPage
      on={{ ...on, path: `${HOME}/merge` }}
      here={HOME}
      title={title}
      lead={t(lang, {
        ja: '見られた人に知らせ、だれが見たかを縁の記録に残します。同じものを何度取り込んでも、増えません。',
        en: 'Those who were looked at are told, and the log gets who looked. Merging the same again adds nothing.',
      })}
      breadcrumbs={offlineCrumbs(lang)}
      hasErrors={errors.length > 0}
    >
      <ErrorSummary lang={lang} errors={errors} />
      <form className="form" action={`${HOME}/merge`} method="post" encType="multipart/form-data" noValidate aria-label={title}>
        <FileInput
          on={on}
          name="log"
          required
          error={error('log')}
          label={t(lang, { ja: '端末の記録', en: 'The log' })}
          hint={t(lang, {
            ja: `名前の終わりが .log のファイル。${MOST_MB} MBまで。`,
            en: `The file that ends in .log, at most ${MOST_MB} MB.`,
          })}
        />
        <FileInput
          on={on}
          name="head"
          error={error('head')}
          label={t(lang, { ja: '終わりの控え', en: 'The head' })}
          hint={t(lang, {
            ja: '隣にある .log.head。ないと、終わりの行が取り除かれていないかを確かめられません。',
            en: 'The .log.head beside it. Without it nobody can tell whether lines at the end were taken away.',
          })}
        />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '取り込む', en: 'Merge' })}</Button>
          <LinkButton href={`${HOME}/offline`}>{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </form>
    </OperatorPage>,
  )
}

const DRAWN = 100

/** What came, what was there already, what was refused and why. */
export function mergedPage(on: PageOf, done: Merged, about: { hasHead: boolean }): string {
  const { lang } = on
  const bad = done.problems.some((p) => p.kind !== 'torn')
  const title =
    done.added === 0
      ? t(lang, { ja: '新しい記録はありませんでした', en: 'Nothing new' })
      : t(lang, { ja: `${done.added}行を取り込みました`, en: `${done.added} lines merged` })
  return renderPage(
    <OperatorPage on={{ ...on, path: `${HOME}/merge` }} here={HOME} title={title} breadcrumbs={offlineCrumbs(lang)}>
      {bad ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: '記録に、あるはずのない所があります', en: 'Something is wrong with this log' })}
        >
          <p>
            {t(lang, {
              ja: '署名の正しい行は取り込みました。端末を預かり、だれが触ったかを調べてください。',
              en: 'What is signed was merged. Keep the laptop, and find out who touched it.',
            })}
          </p>
        </Banner>
      ) : null}
      {done.flagged > 0 ? (
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: `確かめる閲覧が${done.flagged}件あります`, en: `${done.flagged} looks to check` })}
        >
          <p>
            <a href={`${HOME}/looks`}>
              {t(lang, { ja: '本人・家族の閲覧や、名乗りの食い違いなど', en: 'Of themselves or relatives, or a name that does not fit' })}
            </a>
          </p>
        </Banner>
      ) : null}
      <DefinitionList
        items={[
          { term: t(lang, { ja: '新しい行', en: 'New lines' }), value: done.added },
          { term: t(lang, { ja: 'そのうち、記録を開いた回数', en: 'Records opened among them' }), value: done.looks },
          { term: t(lang, { ja: '前からあった行', en: 'There already' }), value: done.known },
          { term: t(lang, { ja: '取り込まなかった所・気づいたこと', en: 'Refused or noticed' }), value: done.problems.length },
          { term: t(lang, { ja: '端末', en: 'Laptop' }), value: <code className="code-inline">{done.laptop}</code> },
        ]}
      />
      {about.hasHead ? null : (
        <p className="note">
          {t(lang, {
            ja: '終わりの控え（.log.head）がないため、終わりの行が取り除かれていないかは確かめていません。',
            en: 'Without the head it was not checked whether lines at the end were taken away.',
          })}
        </p>
      )}
      <Problems on={on} problems={done.problems} />
      <ButtonRow>
        <LinkButton variant="primary" href={`${HOME}/merge`}>
          {t(lang, { ja: '次の端末へ', en: 'The next laptop' })}
        </LinkButton>
        <LinkButton href={`${HOME}/offline`}>{t(lang, { ja: '一覧に戻る', en: 'Back to the list' })}</LinkButton>
      </ButtonRow>
    </OperatorPage>,
  )
}

function Problems({ on: { lang }, problems }: { on: PageOf; problems: readonly LogProblem[] }): ReactNode {
  if (problems.length === 0) return null
  const title = t(lang, { ja: '気づいたこと', en: 'What was noticed' })
  return (
    <Section title={title}>
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={problems.slice(0, DRAWN)}
        rowKey={(p, n) => `${p.n}-${n}`}
        columns={[
          { key: 'line', header: t(lang, { ja: '行', en: 'Line' }), numeric: true, cell: (p) => p.n },
          { key: 'what', header: t(lang, { ja: '内容', en: 'What' }), cell: (p) => t(lang, problemNames[p.kind]) },
        ]}
      />
    </Section>
  )
}
