import type { ReactNode } from 'react'
import type { Disaster } from '#care/consent'
import { LEAST_PASSPHRASE, MOST_NAMES } from '#care/emergency'
import {
  Banner,
  Button,
  ButtonRow,
  Details,
  EmptyState,
  ErrorSummary,
  type FieldError,
  Form,
  formatDateTime,
  Ja,
  LinkButton,
  renderPage,
  Select,
  Table,
  TextInput,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { HOME, offlineCrumbs } from './parts.tsx'

/** What was typed, never a passphrase, and what was wrong with it. */
export type ExtractDraft = { values: Readonly<Record<string, string>>; errors: readonly FieldError[] }

/** What shall go on a laptop, for whom, until when? */
export function extractFormPage(on: PageOf, view: { open: readonly Disaster[]; draft: ExtractDraft }): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '持ち出しファイルを作る', en: 'Make an extract' })}
      lead={t(lang, {
        ja: '通信のない避難所で使う、暗号化したファイルを作ります。',
        en: 'An encrypted file for a shelter without a network.',
      })}
      breadcrumbs={offlineCrumbs(lang)}
      hasErrors={view.draft.errors.length > 0}
    >
      {view.open.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: '開いている災害がありません', en: 'No disaster is open' })}>
          <p>
            <a href={`${HOME}/new`}>{t(lang, { ja: '先に、地域を開いてください。', en: 'Open an area first.' })}</a>
          </p>
        </EmptyState>
      ) : (
        <Fields on={on} {...view} />
      )}
    </OperatorPage>,
  )
}

function Fields({ on, open, draft }: { on: PageOf; open: readonly Disaster[]; draft: ExtractDraft }): ReactNode {
  const { lang } = on
  const about = (name: string) => ({ lang, name, error: draft.errors.find((e) => e.name === name)?.message })
  const value = (name: string) => draft.values[name] ?? ''
  const latest = new Date(Math.max(...open.map((d) => d.until.getTime())))
  return (
    <>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form action={`${HOME}/extracts`} label={t(lang, { ja: '持ち出しファイルを作る', en: 'Make an extract' })}>
        <Select
          {...about('disaster')}
          label={t(lang, { ja: '災害', en: 'Disaster' })}
          value={value('disaster')}
          options={open.map((d) => ({ value: d.id, label: d.name }))}
        />
        <TextInput
          {...about('areas')}
          label={t(lang, { ja: '地域', en: 'Area' })}
          hint={t(lang, {
            ja: '例：石川県輪島市。空なら、開いている地域すべて。住む人と、そこの医療機関にかかった人が入ります。',
            en: 'Such as 石川県輪島市; all that is open where it is empty. It takes residents and patients of the institutions there.',
          })}
          value={value('areas')}
          rows={2}
        />
        <TextInput
          {...about('names')}
          label={t(lang, { ja: '渡す相手', en: 'For whom' })}
          hint={t(lang, {
            ja: `例：DMAT 1。コンマで区切って${MOST_NAMES}まで。`,
            en: `Such as DMAT 1; at most ${MOST_NAMES}, separated by commas.`,
          })}
          value={value('names')}
          maxLength={200}
          required
        />
        <TextInput
          {...about('ends')}
          type="date"
          width="medium"
          label={t(lang, { ja: '最後の日', en: 'Last day' })}
          hint={t(lang, {
            ja: `この日を過ぎると開けません。近い日ほど安全です。遅くても${formatDateTime(latest, 'ja')}まで。`,
            en: `It does not open after this day. The nearer, the safer; ${formatDateTime(latest, 'en')} at the latest.`,
          })}
          value={value('ends')}
          required
        />
        <p>
          {t(lang, {
            ja: '合言葉は相手ごとに1つ作り、次の画面で一度だけ示します。',
            en: 'One passphrase is made for each name, and shown once on the next page.',
          })}
        </p>
        <Details
          summary={t(lang, { ja: '合言葉を自分で決めるとき', en: 'To set the passphrase yourself' })}
          open={draft.errors.some((e) => e.name === 'passphrase' || e.name === 'again')}
        >
          <TextInput
            {...about('passphrase')}
            type="password"
            width="medium"
            autoComplete="new-password"
            label={t(lang, { ja: '自分で決める合言葉', en: 'Your passphrase' })}
            hint={t(lang, {
              ja: `${LEAST_PASSPHRASE}文字以上。相手が何人いても、同じ合言葉になります。`,
              en: `At least ${LEAST_PASSPHRASE} characters; the same for everybody.`,
            })}
          />
          <TextInput
            {...about('again')}
            type="password"
            width="medium"
            autoComplete="new-password"
            label={t(lang, { ja: '合言葉をもう一度', en: 'The same once more' })}
          />
        </Details>
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '作り始める', en: 'Begin' })}</Button>
          <LinkButton href={`${HOME}/offline`}>{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </Form>
    </>
  )
}

/** The passphrases, this once. */
export function madePage(on: PageOf, made: { id: string; passphrases: readonly { name: string; passphrase: string }[] }): string {
  const { lang } = on
  const title = t(lang, { ja: '合言葉を書き写してください', en: 'Write the passphrases down' })
  return renderPage(
    <OperatorPage
      on={{ ...on, path: `${HOME}/extracts/${made.id}` }}
      here={HOME}
      title={title}
      breadcrumbs={offlineCrumbs(lang)}
      top={
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, { ja: 'この画面を離れると、もう見られません', en: 'They cannot be seen again after this page' })}
        >
          <p>
            {t(lang, {
              ja: 'ファイルとは別に、紙か口頭で渡してください。なくしたら、作り直します。',
              en: 'Hand them over apart from the file, on paper or by word. If one is lost, make a new file.',
            })}
          </p>
        </Banner>
      }
    >
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={made.passphrases}
        rowKey={(one) => one.name}
        columns={[
          { key: 'for', header: t(lang, { ja: '相手', en: 'For' }), cell: (one) => <Ja>{one.name}</Ja> },
          {
            key: 'passphrase',
            header: t(lang, { ja: '合言葉', en: 'Passphrase' }),
            cell: (one) => (
              <code className="code-inline" lang="en">
                {one.passphrase}
              </code>
            ),
          },
        ]}
      />
      <ButtonRow>
        <LinkButton variant="primary" href={`${HOME}/extracts/${encodeURIComponent(made.id)}`}>
          {t(lang, { ja: '書き写しました。進み具合へ', en: 'Written down: see the progress' })}
        </LinkButton>
      </ButtonRow>
    </OperatorPage>,
  )
}
