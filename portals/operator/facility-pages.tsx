import type { ReactNode } from 'react'
import {
  type Change,
  type ClientEntry,
  type Department,
  type FacilityEntry,
  type FacilityLine,
  facilityKinds,
  type StaffEntry,
} from '#care/person'
import { dateInJapan } from '#kernel/japan'
import {
  Button,
  ButtonRow,
  DefinitionList,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  type Lang,
  LinkButton,
  Pagination,
  renderPage,
  Section,
  Table,
  Tag,
  TextInput,
  t,
} from '#ui'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { History, Span, StateTag, stateOn } from './parts.tsx'
import { bindingNames, facilityKindNames, roleNames } from './words.ts'

export const facilityHref = (number: string, rest = ''): string => `/operator/facilities/${encodeURIComponent(number)}${rest}`
const isOperator = ({ actor }: PageOf) => actor.kind === 'staff' && actor.role === 'operator'
const crumbs = (lang: Lang) => [{ href: '/operator/facilities', label: t(lang, { ja: '施設と職員', en: 'Facilities and staff' }) }]

export function Search({ lang, action, value, label }: { lang: Lang; action: string; value: string; label: string }): ReactNode {
  return (
    <Form action={action} method="get" label={label}>
      <TextInput lang={lang} name="find" type="search" label={label} value={value} maxLength={60} width="medium" />
      <ButtonRow>
        <Button>{t(lang, { ja: '探す', en: 'Search' })}</Button>
      </ButtonRow>
    </Form>
  )
}

/** Links to the pages before and after, for a list of `size` at a time. */
export function Pages(props: { lang: Lang; path: string; find: string; page: number; size: number; total: number }): ReactNode {
  const { lang, path, find, page, size, total } = props
  const href = (n: number) => `${path}?${new URLSearchParams({ ...(find ? { find } : {}), page: String(n) })}`
  const [first, last] = [(page - 1) * size + 1, Math.min(page * size, total)]
  return (
    <Pagination
      lang={lang}
      position={t(lang, { ja: `${first}〜${last}件（全${total}件）`, en: `${first} to ${last} of ${total}` })}
      previousHref={page > 1 ? href(page - 1) : undefined}
      nextHref={last < total ? href(page + 1) : undefined}
    />
  )
}

export type FacilityList = { lines: readonly FacilityLine[]; find: string; page: number; size: number }

export function facilitiesPage(on: PageOf, { lines, find, page, size }: FacilityList): string {
  const { lang } = on
  const day = dateInJapan(on.now)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={t(lang, { ja: '施設と職員', en: 'Facilities and staff' })}
      lead={t(lang, {
        ja: '施設を開くと、診療科・職員・つないでいるシステムが見られます。',
        en: 'Open a facility to see its departments, staff and systems.',
      })}
    >
      {isOperator(on) ? (
        <ButtonRow>
          <LinkButton variant="primary" href="/operator/facilities/new" shortcut="n">
            {t(lang, { ja: '施設を登録する', en: 'Register a facility' })}
          </LinkButton>
          <LinkButton href="/operator/import">
            {t(lang, { ja: '表（CSV）でまとめて登録', en: 'Register many from a table (CSV)' })}
          </LinkButton>
        </ButtonRow>
      ) : null}
      <Search
        lang={lang}
        action="/operator/facilities"
        value={find}
        label={t(lang, { ja: '名称か番号で探す', en: 'Search by name or number' })}
      />
      <Table
        lang={lang}
        caption={t(lang, { ja: '施設の一覧', en: 'Facilities' })}
        rows={lines}
        rowKey={(row) => row.institutionNumber}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '当てはまる施設はありません', en: 'No facility matches' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => (
              <a href={facilityHref(row.institutionNumber)}>
                <Ja>{(lang === 'en' && row.nameEn) || row.name}</Ja>
              </a>
            ),
          },
          { key: 'number', header: t(lang, { ja: '番号', en: 'Number' }), cell: (row) => row.institutionNumber },
          { key: 'kind', header: t(lang, { ja: '種別', en: 'Kind' }), cell: (row) => t(lang, facilityKindNames[row.kind]) },
          { key: 'staff', header: t(lang, { ja: '職員', en: 'Staff' }), cell: (row) => row.staff, numeric: true },
          { key: 'clients', header: t(lang, { ja: 'システム', en: 'Systems' }), cell: (row) => row.clients, numeric: true },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <StateTag state={stateOn(row, day)} lang={lang} /> },
        ]}
      />
      <Pages lang={lang} path="/operator/facilities" find={find} page={page} size={size} total={lines[0]?.total ?? 0} />
    </OperatorPage>,
  )
}

export const facilityValues = (f: FacilityEntry): Draft['values'] => ({ ...f, until: f.until ?? '' })

/** The form of a facility: new where `number` is null. */
export function facilityFormPage(on: PageOf, { number, draft }: { number: string | null; draft: Draft }): string {
  const { lang } = on
  const { input, select } = controls({ lang, draft })
  const title =
    number === null
      ? t(lang, { ja: '施設を登録する', en: 'Register a facility' })
      : t(lang, { ja: '施設の内容を変更する', en: 'Change a facility' })
  const kinds = facilityKinds.map((value) => ({ value, label: t(lang, facilityKindNames[value]) }))
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={[...crumbs(lang), ...(number === null ? [] : [{ href: facilityHref(number), label: number }])]}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Form action={number === null ? '/operator/facilities' : facilityHref(number)} label={title}>
        {number === null || isOperator(on) ? select('kind', { ja: '種別', en: 'Kind' }, kinds) : null}
        {number === null
          ? input(
              'institutionNumber',
              { ja: '医療機関番号（10桁）', en: 'Institution number (ten digits)' },
              {
                required: true,
                width: 'medium',
                inputMode: 'numeric',
                maxLength: 20,
                hint: t(lang, {
                  ja: '都道府県2桁＋点数表1桁（1 医科、3 歯科、4 調剤）＋7桁',
                  en: 'Prefecture (2), table (1: 1 medical, 3 dental, 4 pharmacy), institution (7)',
                }),
              },
            )
          : null}
        {input('name', { ja: '名称', en: 'Name in Japanese' }, { required: true, maxLength: 120 })}
        {input('nameEn', { ja: '英語の名称', en: 'Name in English' }, { maxLength: 120 })}
        {input('postalCode', { ja: '郵便番号', en: 'Postal code' }, { width: 'short', maxLength: 8, inputMode: 'numeric' })}
        {input('address', { ja: '所在地', en: 'Address' }, { maxLength: 200 })}
        {input('phone', { ja: '電話', en: 'Phone' }, { width: 'medium', type: 'tel', maxLength: 20 })}
        {number === null || isOperator(on) ? (
          <>
            {input('from', { ja: '始まりの日', en: 'First day' }, { type: 'date', width: 'medium', required: true })}
            {input(
              'until',
              { ja: '終わりの日（決まっていなければ空欄）', en: 'Last day (empty while none is set)' },
              {
                type: 'date',
                width: 'medium',
                hint: t(lang, {
                  ja: 'この日を過ぎると、職員もシステムも、この施設として使えなくなります。',
                  en: 'After this day neither its staff nor its systems can act for it.',
                }),
              },
            )}
          </>
        ) : null}
        <ButtonRow>
          <Button variant="primary">
            {number === null ? t(lang, { ja: '登録する', en: 'Register' }) : t(lang, { ja: '変更する', en: 'Save' })}
          </Button>
          <LinkButton href={number === null ? '/operator/facilities' : facilityHref(number)}>
            {t(lang, { ja: 'やめる', en: 'Cancel' })}
          </LinkButton>
        </ButtonRow>
      </Form>
    </OperatorPage>,
  )
}

export type FacilityShown = {
  facility: FacilityEntry
  departments: readonly Department[]
  staff: readonly StaffEntry[]
  staffTotal: number
  clients: readonly ClientEntry[]
  changes: readonly Change[]
  draft: Draft
}

export function facilityPage(on: PageOf, shown: FacilityShown): string {
  const { lang } = on
  const { facility, draft } = shown
  const day = dateInJapan(on.now)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={(lang === 'en' && facility.nameEn) || facility.name}
      titleLang={lang === 'en' && facility.nameEn ? 'en' : 'ja'}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={crumbs(lang)}
      lead={
        <>
          {t(lang, facilityKindNames[facility.kind])} ・ {facility.institutionNumber}{' '}
          <StateTag state={stateOn(facility, day)} lang={lang} />
        </>
      }
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '所在地', en: 'Address' }),
            value: facility.address ? <Ja>{`${facility.postalCode} ${facility.address}`.trim()}</Ja> : null,
          },
          { term: t(lang, { ja: '電話', en: 'Phone' }), value: facility.phone || null },
          { term: t(lang, { ja: '期間', en: 'Valid' }), value: <Span {...facility} lang={lang} /> },
        ]}
      />
      <ButtonRow>
        <LinkButton href={facilityHref(facility.institutionNumber, '/edit')}>{t(lang, { ja: '内容を変更する', en: 'Change' })}</LinkButton>
      </ButtonRow>
      <StaffSection on={on} shown={shown} />
      <ClientSection on={on} shown={shown} />
      <DepartmentSection on={on} shown={shown} />
      <History changes={shown.changes} lang={lang} />
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: FacilityShown }

function StaffSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const number = shown.facility.institutionNumber
  const here = (s: StaffEntry) => s.assignments.filter((a) => a.institutionNumber === number && a.endedAt === null)
  return (
    <Section
      title={t(lang, { ja: '職員', en: 'Staff' })}
      action={
        <LinkButton variant="primary" href={facilityHref(number, '/staff/new')}>
          {t(lang, { ja: '職員を招く', en: 'Invite a member of staff' })}
        </LinkButton>
      }
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '職員', en: 'Staff' })}
        captionHidden
        rows={shown.staff}
        rowKey={(row) => row.id}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ職員がいません', en: 'No staff yet' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '氏名', en: 'Name' }),
            cell: (row) => (
              <a href={`/operator/staff/${encodeURIComponent(row.id)}`}>
                <Ja>{row.name}</Ja>
              </a>
            ),
          },
          {
            key: 'role',
            header: t(lang, { ja: '職種', en: 'Role' }),
            cell: (row) =>
              here(row)
                .map((a) => t(lang, roleNames[a.role]))
                .join(lang === 'ja' ? '、' : ', ') || '—',
          },
          { key: 'login', header: t(lang, { ja: 'ログイン名', en: 'Login name' }), cell: (row) => row.loginName },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <WorkTag works={here(row)} lang={lang} /> },
        ]}
      />
      {shown.staffTotal > shown.staff.length ? (
        <p>
          <a href={`/operator/sign-ins?facility=${number}`}>
            {t(lang, { ja: `全${shown.staffTotal}人から探す`, en: `Search all ${shown.staffTotal}` })}
          </a>
        </p>
      ) : null}
    </Section>
  )
}

/** Whether somebody works at a facility now; where the dates hold and the right does not, the licence is the reason. */
export function WorkTag({ works, lang }: { works: StaffEntry['assignments']; lang: Lang }): ReactNode {
  if (works.some((a) => a.holds)) return <StateTag state="now" lang={lang} />
  if (works.length === 0) return <StateTag state="over" lang={lang} />
  return <Tag tone="attention">{t(lang, { ja: '権限なし（期間か免許を確認）', en: 'No right (check dates, licence)' })}</Tag>
}

function ClientSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const number = shown.facility.institutionNumber
  return (
    <Section
      title={t(lang, { ja: 'つないでいるシステム', en: 'Systems' })}
      action={
        <LinkButton href={`/operator/clients/new?facility=${number}`}>
          {t(lang, { ja: 'システムを登録する', en: 'Register a system' })}
        </LinkButton>
      }
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: 'つないでいるシステム', en: 'Systems' })}
        captionHidden
        rows={shown.clients}
        rowKey={(row) => row.clientId}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだシステムがありません', en: 'No systems yet' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '名称', en: 'Name' }),
            cell: (row) => (
              <a href={`/operator/clients/${encodeURIComponent(row.clientId)}`}>
                <Ja>{row.name}</Ja>
              </a>
            ),
          },
          { key: 'id', header: t(lang, { ja: 'クライアントID', en: 'Client id' }), cell: (row) => row.clientId },
          { key: 'binding', header: t(lang, { ja: '結び付け', en: 'Tied to' }), cell: (row) => t(lang, bindingNames[row.binding]) },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) => <StateTag state={row.endedAt === null ? 'now' : 'over'} lang={lang} />,
          },
        ]}
      />
    </Section>
  )
}

function DepartmentSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const day = dateInJapan(on.now)
  const { input } = controls({ lang, draft: shown.draft })
  const open = shown.draft.errors.length > 0
  return (
    <Section title={t(lang, { ja: '診療科・部署', en: 'Departments' })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: '診療科・部署', en: 'Departments' })}
        captionHidden
        rows={shown.departments}
        rowKey={(row) => row.code}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ登録されていません', en: 'None registered yet' })} />}
        columns={[
          { key: 'name', header: t(lang, { ja: '名称', en: 'Name' }), cell: (row) => <Ja>{(lang === 'en' && row.nameEn) || row.name}</Ja> },
          { key: 'code', header: t(lang, { ja: 'コード', en: 'Code' }), cell: (row) => row.code },
          { key: 'dates', header: t(lang, { ja: '期間', en: 'Valid' }), cell: (row) => <Span {...row} lang={lang} /> },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <StateTag state={stateOn(row, day)} lang={lang} /> },
        ]}
      />
      <Details open={open} summary={t(lang, { ja: '診療科を加える・変える', en: 'Add or change a department' })}>
        <Form
          action={facilityHref(shown.facility.institutionNumber, '/departments')}
          label={t(lang, { ja: '診療科を加える・変える', en: 'Add or change a department' })}
        >
          {input(
            'code',
            { ja: 'コード（同じコードは置き換え）', en: 'Code (the same code is replaced)' },
            { width: 'short', maxLength: 10, required: true },
          )}
          {input('name', { ja: '名称', en: 'Name in Japanese' }, { width: 'medium', maxLength: 60, required: true })}
          {input('nameEn', { ja: '英語の名称', en: 'Name in English' }, { width: 'medium', maxLength: 60 })}
          {input('from', { ja: '始まりの日', en: 'First day' }, { type: 'date', width: 'medium', required: true })}
          {input('until', { ja: '終わりの日', en: 'Last day' }, { type: 'date', width: 'medium' })}
          <ButtonRow>
            <Button>{t(lang, { ja: '保存する', en: 'Save' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
    </Section>
  )
}
