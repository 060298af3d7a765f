import type { ReactNode } from 'react'
import type { Change, ClientKey, FoundApp } from '#care/person'
import {
  Button,
  ButtonRow,
  Checkbox,
  CheckboxGroup,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  LinkButton,
  RadioGroup,
  renderPage,
  Table,
  t,
} from '#ui'
import { KeysInput } from './client-form.tsx'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { KeysSection } from './keys-section.tsx'
import { History, StateTag } from './parts.tsx'
import { bindingNames } from './words.ts'

export const appHref = (id: string, rest = ''): string => `/operator/apps/${encodeURIComponent(id)}${rest}`
const crumbs = ({ lang }: PageOf) => [
  { href: '/operator/clients', label: t(lang, { ja: 'システムとアプリ', en: 'Systems and apps' }) },
  { href: '/operator/apps', label: t(lang, { ja: 'アプリ', en: 'Apps' }) },
]

export function appsPage(on: PageOf, apps: readonly FoundApp[]): string {
  const { lang } = on
  const users = (app: FoundApp) =>
    [
      ...(app.forCitizens ? [t(lang, { ja: '本人', en: 'people' })] : []),
      ...(app.forStaff ? [t(lang, { ja: '職員', en: 'staff' })] : []),
    ].join(lang === 'ja' ? '、' : ', ')
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={t(lang, { ja: '本人や職員が使うアプリ', en: 'Apps of people and staff' })}
      breadcrumbs={crumbs(on).slice(0, 1)}
      lead={t(lang, {
        ja: 'アプリは、使う人が許した範囲だけを見られます。ここでは、その上限と戻り先を決めます。',
        en: 'An app sees what its user allows and no more. Its upper bound and its addresses are set here.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" href="/operator/apps/new" shortcut="n">
          {t(lang, { ja: 'アプリを登録する', en: 'Register an app' })}
        </LinkButton>
      </ButtonRow>
      <Table
        lang={lang}
        caption={t(lang, { ja: 'アプリの一覧', en: 'Apps' })}
        rows={apps}
        rowKey={(row) => row.clientId}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだアプリはありません', en: 'No apps yet' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => <a href={appHref(row.clientId)}>{lang === 'en' ? row.nameEn : <Ja>{row.name}</Ja>}</a>,
          },
          { key: 'maker', header: t(lang, { ja: '作った人・会社', en: 'Maker' }), cell: (row) => <Ja>{row.maker}</Ja> },
          { key: 'users', header: t(lang, { ja: '使う人', en: 'Used by' }), cell: users },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) => <StateTag state={row.endedAt === null ? 'now' : 'over'} lang={lang} />,
          },
        ]}
      />
    </OperatorPage>,
  )
}

/** What a form of an app shows: texts in `draft`, and what is ticked. */
export type AppForm = { draft: Draft; audience: readonly string[]; parRequired: boolean }

function Fields({ on, form, isNew }: { on: PageOf; form: AppForm; isNew: boolean }): ReactNode {
  const { lang } = on
  const { draft } = form
  const { input } = controls({ lang, draft })
  const error = (name: string) => draft.errors.find((e) => e.name === name)?.message
  const url = { maxLength: 500, type: 'text', inputMode: 'url' } as const
  return (
    <>
      {isNew
        ? input(
            'clientId',
            { ja: 'アプリのID（client_id）', en: 'Id of the app (client_id)' },
            { required: true, width: 'medium', maxLength: 80, autoComplete: 'off' },
          )
        : null}
      {input('name', { ja: '名称', en: 'Name in Japanese' }, { required: true, maxLength: 120 })}
      {input('nameEn', { ja: '英語の名称', en: 'Name in English' }, { required: true, maxLength: 120 })}
      {input('maker', { ja: '作った人・会社', en: 'Who makes it' }, { required: true, maxLength: 120 })}
      {input('aboutJa', { ja: '何をするアプリか（日本語）', en: 'What it does, in Japanese' }, { required: true, maxLength: 400 })}
      {input('aboutEn', { ja: '何をするアプリか（英語）', en: 'What it does, in English' }, { required: true, maxLength: 400 })}
      <CheckboxGroup
        lang={lang}
        name="audience"
        label={t(lang, { ja: '使う人', en: 'Used by' })}
        error={error('audience')}
        values={[...form.audience]}
        options={[
          { value: 'citizens', label: t(lang, { ja: '本人・家族', en: 'People and their families' }) },
          { value: 'staff', label: t(lang, { ja: '医療機関の職員', en: 'Staff of institutions' }) },
        ]}
      />
      <RadioGroup
        lang={lang}
        name="kind"
        label={t(lang, { ja: 'どこで動くか', en: 'Where it runs' })}
        error={error('kind')}
        value={draft.values.kind ?? 'public'}
        options={[
          {
            value: 'public',
            label: t(lang, { ja: 'ブラウザーや電話の中（鍵を隠せない）', en: 'In a browser or phone (cannot keep a key secret)' }),
          },
          { value: 'confidential', label: t(lang, { ja: 'サーバー（鍵を持つ）', en: 'On a server (keeps a key)' }) },
        ]}
      />
      {input(
        'redirectUris',
        { ja: '戻り先のアドレス（1行に1つ、一字一句同じもの）', en: 'Redirect addresses, one a line, letter by letter' },
        { required: true, rows: 3, maxLength: 4000 },
      )}
      {input('launchUrl', { ja: '起動のアドレス（電子カルテから開くとき）', en: 'Launch address, for a start from the chart' }, url)}
      {input('homepageUrl', { ja: 'ホームページ', en: 'Homepage' }, url)}
      {input('privacyUrl', { ja: '個人情報の扱いのページ', en: 'Privacy policy' }, url)}
      {input(
        'scopes',
        { ja: '与えてよい範囲の上限（scope、空白で区切る）', en: 'The most it may ever be granted (scopes, separated by spaces)' },
        { required: true, rows: 3, maxLength: 4000, hint: 'openid fhirUser launch/patient patient/*.rs offline_access' },
      )}
      <RadioGroup
        lang={lang}
        name="binding"
        label={t(lang, { ja: 'トークンを何に結び付けるか', en: 'What its tokens are tied to' })}
        error={error('binding')}
        value={draft.values.binding ?? 'dpop'}
        options={(['dpop', 'mtls', 'any', ...(draft.values.binding === 'none' ? (['none'] as const) : [])] as const).map((value) => ({
          value,
          label: t(lang, bindingNames[value]),
        }))}
      />
      <Checkbox
        name="parRequired"
        value="yes"
        checked={form.parRequired}
        label={t(lang, { ja: '認可の要求を、先に送って預ける（PAR）ことを求める', en: 'Its requests must be pushed first (PAR)' })}
        hint={t(lang, { ja: '外すのは、古い仕組みのアプリだけにしてください。', en: 'Only lift this for an app that cannot.' })}
      />
      {isNew ? <KeysInput lang={lang} draft={draft} required={false} /> : null}
    </>
  )
}

export function newAppPage(on: PageOf, form: AppForm): string {
  const { lang } = on
  const title = t(lang, { ja: 'アプリを登録する', en: 'Register an app' })
  return renderPage(
    <OperatorPage on={on} here="/operator/clients" title={title} hasErrors={form.draft.errors.length > 0} breadcrumbs={crumbs(on)}>
      <ErrorSummary lang={lang} errors={form.draft.errors} />
      <Form action="/operator/apps" label={title}>
        <Fields on={on} form={form} isNew />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '登録する', en: 'Register' })}</Button>
          <LinkButton href="/operator/apps">{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}

export type AppShown = { app: FoundApp; form: AppForm; changes: readonly Change[]; keys: readonly ClientKey[]; keyDraft?: Draft }

export function appPage(on: PageOf, { app, form, changes, keys, keyDraft }: AppShown): string {
  const { lang } = on
  const live = app.endedAt === null
  const change = t(lang, { ja: 'アプリの内容を変える', en: 'Change the app' })
  const end = t(lang, { ja: 'このアプリを終了する', en: 'End this app' })
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={lang === 'en' ? app.nameEn : app.name}
      hasErrors={form.draft.errors.length > 0}
      breadcrumbs={crumbs(on)}
      lead={
        <>
          {app.clientId} <StateTag state={live ? 'now' : 'over'} lang={lang} />
        </>
      }
    >
      <ErrorSummary lang={lang} errors={keyDraft?.errors ?? form.draft.errors} />
      {app.kind === 'confidential' || keys.length > 0 ? (
        <KeysSection
          on={on}
          base={appHref(app.clientId)}
          keys={keys}
          live={live}
          draft={keyDraft ?? { values: {}, errors: [] }}
          open={keyDraft !== undefined}
        />
      ) : null}
      {live ? (
        <>
          <Form action={appHref(app.clientId)} label={change}>
            <Fields on={on} form={form} isNew={false} />
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: '変更する', en: 'Save' })}</Button>
            </ButtonRow>
          </Form>
          <Details summary={end}>
            <p>
              {t(lang, {
                ja: '終了すると、人が与えた許可もすべて終わります。元には戻せません。',
                en: 'Every permission that people gave it ends too. This cannot be undone.',
              })}
            </p>
            <Form action={appHref(app.clientId, '/end')} label={end}>
              <ButtonRow>
                <Button variant="danger">{t(lang, { ja: 'すぐに終了する', en: 'End it now' })}</Button>
              </ButtonRow>
            </Form>
          </Details>
        </>
      ) : null}
      <History changes={changes} lang={lang} />
    </OperatorPage>,
  )
}
