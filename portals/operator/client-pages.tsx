import type { ReactNode } from 'react'
import { type Change, type ClientEntry, type ClientKey, WARN_DAYS } from '#care/person'
import {
  Banner,
  Button,
  ButtonRow,
  CheckboxGroup,
  DefinitionList,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  type Lang,
  LinkButton,
  RadioGroup,
  renderPage,
  Section,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { facilityHref, Pages, Search } from './facility-pages.tsx'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { History, StateTag } from './parts.tsx'
import { bindingNames, scopeChoices, scopeWords } from './words.ts'

export const clientHref = (id: string, rest = ''): string => `/operator/clients/${encodeURIComponent(id)}${rest}`
const crumbs = (lang: Lang) => [{ href: '/operator/clients', label: t(lang, { ja: 'システムとアプリ', en: 'Systems and apps' }) }]
const isOperator = ({ actor }: PageOf) => actor.kind === 'staff' && actor.role === 'operator'

/** The end of what a client signs with, and whether it is near. */
const nearEnd = (key: ClientKey, now: Date): boolean =>
  key.validUntil !== null && key.validUntil.getTime() - now.getTime() < WARN_DAYS * 86_400_000

const inUse = (client: ClientEntry): ClientKey[] => client.keys.filter((k) => k.retiredAt === null)
const lastUse = (client: ClientEntry): Date | null =>
  client.keys.reduce<Date | null>((last, { usedAt }) => (usedAt !== null && (last === null || usedAt > last) ? usedAt : last), null)

export type ClientList = { clients: readonly (ClientEntry & { total: number })[]; find: string; page: number; size: number }

export function clientsPage(on: PageOf, { clients, find, page, size }: ClientList): string {
  const { lang, now } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={t(lang, { ja: 'システムとアプリ', en: 'Systems and apps' })}
      lead={t(lang, {
        ja: '電子カルテや薬局のシステムが、どの鍵で、何のためにつながっているか。',
        en: 'Which systems of facilities are connected, with which keys, for what.',
      })}
    >
      <ButtonRow>
        <LinkButton variant="primary" href="/operator/clients/new" shortcut="n">
          {t(lang, { ja: 'システムを登録する', en: 'Register a system' })}
        </LinkButton>
        {isOperator(on) ? (
          <LinkButton href="/operator/apps">{t(lang, { ja: '本人や職員が使うアプリ', en: 'Apps of people and staff' })}</LinkButton>
        ) : null}
      </ButtonRow>
      <Search
        lang={lang}
        action="/operator/clients"
        value={find}
        label={t(lang, { ja: '名称・ID・施設で探す', en: 'Search by name, id or facility' })}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: 'システムの一覧', en: 'Systems' })}
        rows={clients}
        rowKey={(row) => row.clientId}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '当てはまるシステムはありません', en: 'No system matches' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => (
              <a href={clientHref(row.clientId)}>
                <Ja>{row.name}</Ja>
              </a>
            ),
          },
          { key: 'id', header: t(lang, { ja: 'クライアントID', en: 'Client id' }), cell: (row) => row.clientId },
          {
            key: 'facility',
            header: t(lang, { ja: '施設', en: 'Facility' }),
            cell: (row) => <Ja>{(lang === 'en' && row.institutionNameEn) || row.institutionName}</Ja>,
          },
          {
            key: 'used',
            header: t(lang, { ja: '最後の接続', en: 'Last use' }),
            cell: (row) => {
              const at = lastUse(row)
              return at === null ? t(lang, { ja: 'まだない', en: 'never' }) : <Time value={at} lang={lang} withTime />
            },
          },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) =>
              row.endedAt === null && inUse(row).some((k) => nearEnd(k, now)) ? (
                <Tag tone="attention">{t(lang, { ja: '鍵の期限が近い', en: 'A key ends soon' })}</Tag>
              ) : (
                <StateTag state={row.endedAt === null ? 'now' : 'over'} lang={lang} />
              ),
          },
        ]}
      />
      <Pages lang={lang} path="/operator/clients" find={find} page={page} size={size} total={clients[0]?.total ?? 0} />
    </OperatorPage>,
  )
}

/** The fields of a client, new or changed. `scopes`: those ticked and typed. */
function ClientFields({
  lang,
  draft,
  scopes,
  withNone,
}: {
  lang: Lang
  draft: Draft
  scopes: readonly string[]
  withNone: boolean
}): ReactNode {
  const { input } = controls({ lang, draft })
  const error = (name: string) => draft.errors.find((e) => e.name === name)?.message
  const bindings = (['any', 'mtls', 'dpop', ...(withNone ? (['none'] as const) : [])] as const).map((value) => ({
    value,
    label: t(lang, bindingNames[value]),
  }))
  const odd = scopes.filter((scope) => !scopeChoices.some((one) => one.scope === scope))
  return (
    <>
      {input(
        'name',
        { ja: '名称（どのシステムか分かるように）', en: 'Name, so that one knows which system it is' },
        { required: true, maxLength: 120 },
      )}
      <CheckboxGroup
        lang={lang}
        name="scopes"
        label={t(lang, { ja: 'できること', en: 'What it may do' })}
        hint={t(lang, {
          ja: 'どれを選んでも、見られるのは、その施設が本人の同意などで見てよい範囲だけです。',
          en: 'Whatever is chosen, it sees no more than its facility may, by consent or by its own records.',
        })}
        error={error('scopes')}
        values={[...scopes]}
        options={scopeChoices.map(({ scope, words }) => ({ value: scope, label: t(lang, words), hint: scope }))}
      />
      {input(
        'moreScopes',
        { ja: 'ほかの範囲（空白で区切る）', en: 'Further scopes, separated by spaces' },
        { maxLength: 1000, hint: 'system/Observation.rs', ...(odd.length > 0 ? { value: odd.join(' ') } : {}) },
      )}
      <RadioGroup
        lang={lang}
        name="binding"
        label={t(lang, { ja: 'アクセストークンを何に結び付けるか', en: 'What its access tokens are tied to' })}
        hint={t(lang, {
          ja: '盗まれたトークンが、ほかの人に使えないようにするためです。',
          en: 'So that a stolen token is of no use to anybody else.',
        })}
        error={error('binding')}
        value={draft.values.binding ?? 'any'}
        options={bindings}
      />
      {input(
        'certificateSubject',
        { ja: '証明書の名義（名義で認めるとき）', en: 'Certificate subject, where the subject is what counts' },
        { maxLength: 300, hint: 'CN=emr,O=Hospital,C=JP' },
      )}
    </>
  )
}

function KeysInput({ lang, draft, required }: { lang: Lang; draft: Draft; required: boolean }): ReactNode {
  return (
    <TextInput
      lang={lang}
      name="keys"
      label={t(lang, { ja: '公開鍵か証明書', en: 'Public key or certificate' })}
      hint={t(lang, {
        ja: 'JWKS か JWK（JSON）、または PEM の証明書を貼り付けます。秘密鍵は貼り付けないでください。',
        en: 'Paste a JWKS or JWK (JSON), or certificates as PEM. Never a private key.',
      })}
      error={draft.errors.find((e) => e.name === 'keys')?.message}
      value={draft.values.keys ?? ''}
      rows={8}
      required={required}
      autoComplete="off"
    />
  )
}

export function newClientPage(
  on: PageOf,
  { draft, scopes, ownFacility }: { draft: Draft; scopes: readonly string[]; ownFacility: boolean },
): string {
  const { lang } = on
  const { input } = controls({ lang, draft })
  const title = t(lang, { ja: 'システムを登録する', en: 'Register a system' })
  return renderPage(
    <OperatorPage on={on} here="/operator/clients" title={title} hasErrors={draft.errors.length > 0} breadcrumbs={crumbs(lang)}>
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form
        action="/operator/clients"
        label={title}
        {...(ownFacility ? { hidden: { institutionNumber: draft.values.institutionNumber ?? '' } } : {})}
      >
        {ownFacility
          ? null
          : input(
              'institutionNumber',
              { ja: '施設の医療機関番号（10桁）', en: 'Institution number of the facility' },
              { required: true, width: 'medium', maxLength: 20, inputMode: 'numeric' },
            )}
        {input(
          'clientId',
          { ja: 'クライアントID', en: 'Client id' },
          { required: true, width: 'medium', maxLength: 80, autoComplete: 'off' },
        )}
        <ClientFields lang={lang} draft={draft} scopes={scopes} withNone={false} />
        <KeysInput lang={lang} draft={draft} required />
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '登録する', en: 'Register' })}</Button>
          <LinkButton href="/operator/clients">{t(lang, { ja: 'やめる', en: 'Cancel' })}</LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}

export type ClientShown = { client: ClientEntry; changes: readonly Change[]; draft: Draft; open: 'keys' | 'change' | null; snippet: string }

export function clientPage(on: PageOf, shown: ClientShown): string {
  const { lang } = on
  const { client, draft } = shown
  const live = client.endedAt === null
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/clients"
      title={client.name}
      titleLang="ja"
      hasErrors={draft.errors.length > 0}
      breadcrumbs={crumbs(lang)}
      lead={
        <>
          {client.clientId} <StateTag state={live ? 'now' : 'over'} lang={lang} />
        </>
      }
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '施設', en: 'Facility' }),
            value: (
              <a href={facilityHref(client.institutionNumber)}>
                <Ja>{(lang === 'en' && client.institutionNameEn) || client.institutionName}</Ja>
              </a>
            ),
          },
          { term: t(lang, { ja: 'できること', en: 'What it may do' }), value: client.scopes.map((scope) => scopeWords(scope, lang)) },
          { term: t(lang, { ja: 'トークンの結び付け', en: 'Tokens are tied to' }), value: t(lang, bindingNames[client.binding]) },
          ...(client.certificateSubject
            ? [{ term: t(lang, { ja: '証明書の名義', en: 'Certificate subject' }), value: client.certificateSubject }]
            : []),
          ...(client.endedAt
            ? [{ term: t(lang, { ja: '終了', en: 'Ended' }), value: <Time value={client.endedAt} lang={lang} withTime /> }]
            : []),
        ]}
      />
      <KeysSection on={on} shown={shown} />
      {live ? <ConnectSection lang={lang} snippet={shown.snippet} /> : null}
      {live ? <ChangeSection on={on} shown={shown} /> : null}
      <History changes={shown.changes} lang={lang} />
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: ClientShown }

function KeyState({ of, on }: { of: ClientKey; on: PageOf }): ReactNode {
  const { lang, now } = on
  if (of.retiredAt !== null) return <Tag>{t(lang, { ja: '使用終了', en: 'Retired' })}</Tag>
  if (nearEnd(of, now)) return <Tag tone="attention">{t(lang, { ja: '期限が近い', en: 'Ends soon' })}</Tag>
  return <Tag tone="success">{t(lang, { ja: '使用中', en: 'In use' })}</Tag>
}

function KeysSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { client, draft, open } = shown
  const live = client.endedAt === null
  const retire = (row: ClientKey) => (
    <Form action={clientHref(client.clientId, `/keys/${encodeURIComponent(row.thumbprint)}/retire`)}>
      <Button variant="danger" ariaLabel={t(lang, { ja: `鍵 ${row.kid} の使用を終える`, en: `Retire the key ${row.kid}` })}>
        {t(lang, { ja: '使用を終える', en: 'Retire' })}
      </Button>
    </Form>
  )
  return (
    <Section
      title={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
      lead={t(lang, {
        ja: '入れ替えるときは、新しい鍵を加え、システムが新しい鍵を使い始めたことを「最後の使用」で確かめてから、古い鍵の使用を終えます。',
        en: 'To rotate: add the new key, see under “last use” that the system signs with it, then retire the old one.',
      })}
    >
      {inUse(client).some((k) => nearEnd(k, on.now)) ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, { ja: `${WARN_DAYS}日以内に期限が切れるものがあります`, en: `Something ends within ${WARN_DAYS} days` })}
        />
      ) : null}
      <Table
        lang={lang}
        caption={t(lang, { ja: '鍵と証明書', en: 'Keys and certificates' })}
        captionHidden
        rows={client.keys}
        rowKey={(row) => row.thumbprint}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '鍵はありません', en: 'No keys' })} />}
        columns={[
          {
            key: 'kid',
            header: t(lang, { ja: '鍵（kid）・番号', en: 'Key id or serial' }),
            cell: (row) => <span className="break-anywhere">{row.kid || row.thumbprint}</span>,
          },
          {
            key: 'form',
            header: t(lang, { ja: '種類', en: 'Kind' }),
            cell: (row) => (
              <>
                {row.form === 'jwk' ? t(lang, { ja: '公開鍵', en: 'Public key' }) : t(lang, { ja: '証明書', en: 'Certificate' })}{' '}
                {row.about}
              </>
            ),
          },
          { key: 'added', header: t(lang, { ja: '登録', en: 'Added' }), cell: (row) => <Time value={row.addedAt} lang={lang} /> },
          {
            key: 'used',
            header: t(lang, { ja: '最後の使用', en: 'Last use' }),
            cell: (row) =>
              row.usedAt === null ? t(lang, { ja: 'まだない', en: 'never' }) : <Time value={row.usedAt} lang={lang} withTime />,
          },
          {
            key: 'until',
            header: t(lang, { ja: '期限', en: 'Ends' }),
            cell: (row) => (row.validUntil === null ? '—' : <Time value={row.validUntil} lang={lang} />),
          },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <KeyState of={row} on={on} /> },
          {
            key: 'act',
            header: t(lang, { ja: '操作', en: 'Action' }),
            cell: (row) => (live && row.retiredAt === null ? retire(row) : '—'),
          },
        ]}
      />
      {live ? (
        <Details open={open === 'keys'} summary={t(lang, { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' })}>
          <Form
            action={clientHref(client.clientId, '/keys')}
            label={t(lang, { ja: '次の鍵・証明書を加える', en: 'Add the next key or certificate' })}
          >
            <KeysInput lang={lang} draft={draft} required />
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: '加える', en: 'Add' })}</Button>
            </ButtonRow>
          </Form>
        </Details>
      ) : null}
    </Section>
  )
}

const ConnectSection = ({ lang, snippet }: { lang: Lang; snippet: string }): ReactNode => (
  <Section
    title={t(lang, { ja: 'つなぎ方', en: 'How to connect' })}
    lead={t(lang, {
      ja: 'このシステムの担当者に渡せる手順です。秘密は含まれていません。',
      en: 'Steps to hand to whoever runs this system. No secret is in them.',
    })}
  >
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
    <pre className="code" tabIndex={0}>
      <code lang="en">{snippet}</code>
    </pre>
    <p>
      <a href="/developer">{t(lang, { ja: 'システムをつなぐ方の案内', en: 'Guide for those who connect systems' })}</a>
    </p>
  </Section>
)

function ChangeSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { client, draft, open } = shown
  const kept =
    open === 'change'
      ? draft
      : {
          ...draft,
          values: { ...draft.values, name: client.name, binding: client.binding, certificateSubject: client.certificateSubject ?? '' },
        }
  const end = t(lang, { ja: 'このシステムを終了する', en: 'End this system' })
  return (
    <>
      <Details
        open={open === 'change'}
        summary={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
      >
        <Form
          action={clientHref(client.clientId)}
          label={t(lang, { ja: '名称・できること・結び付けを変える', en: 'Change name, rights or binding' })}
        >
          <ClientFields lang={lang} draft={kept} scopes={client.scopes} withNone={client.binding === 'none'} />
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '変更する', en: 'Save' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
      <Details summary={end}>
        <p>
          {t(lang, {
            ja: '終了すると、次の要求から何もできなくなります。発行済みのトークンも使えません。元には戻せません。',
            en: 'From its next request on it can do nothing, with tokens it holds neither. This cannot be undone.',
          })}
        </p>
        <Form action={clientHref(client.clientId, '/end')} label={end}>
          <ButtonRow>
            <Button variant="danger">{t(lang, { ja: 'すぐに終了する', en: 'End it now' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
    </>
  )
}
