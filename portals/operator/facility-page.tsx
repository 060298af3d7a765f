import type { ReactNode } from 'react'
import type { Change, ClientEntry, Department, FacilityEntry, StaffEntry } from '#care/person'
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
  LinkButton,
  renderPage,
  Section,
  Table,
  t,
} from '#ui'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { History, Span, StateTag, stateOn } from './parts.tsx'
import { bindingNames, facilityKindNames, roleNames } from './words.ts'
import { facilityCrumbs, facilityHref, WorkTag } from './facility-parts.tsx'

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
      breadcrumbs={facilityCrumbs(lang)}
      lead={
        <>
          {t(lang, facilityKindNames[facility.kind])} {facility.institutionNumber} <StateTag state={stateOn(facility, day)} lang={lang} />
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
        <LinkButton href={facilityHref(facility.institutionNumber, '/desks')}>
          {t(lang, { ja: '共用の端末', en: 'Shared devices' })}
        </LinkButton>
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
