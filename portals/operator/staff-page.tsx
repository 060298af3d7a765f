import type { ReactNode } from 'react'
import type { Assignment, Change, StaffEntry } from '#care/person'
import type { ListedSession } from '#kernel/identity'
import type { Sentence } from '#kernel/language'
import { Banner, Button, ButtonRow, DefinitionList, Details, ErrorSummary, Form, Ja, renderPage, Section, Table, Time, t } from '#ui'
import { facilityHref } from './facility-parts.tsx'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { LicenceSection } from './staff-licences.tsx'
import { NamesForm } from './staff-names.tsx'
import { History, Span } from './parts.tsx'
import { WorkTag } from './facility-parts.tsx'
import { roleNames } from './words.ts'
import { rolesFor, staffCrumbs, staffHref } from './staff-parts.tsx'

export type StaffShown = {
  staff: StaffEntry
  /** False where they work outside of the reader's reach too. */
  mayChange: boolean
  lockedMinutes: number | null
  invitedUntil: Date | null
  sessions: readonly ListedSession[]
  changes: readonly Change[]
  /** What the outside sign-in of staff is called; null where there is none. */
  outside: Sentence | null
  draft: Draft
}

export function staffPage(on: PageOf, shown: StaffShown): string {
  const { lang } = on
  const { staff, draft } = shown
  const first = staff.assignments.find((a) => a.endedAt === null)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={(lang === 'en' && staff.nameEn) || staff.name}
      titleLang={lang === 'en' && staff.nameEn ? 'en' : 'ja'}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={staffCrumbs(lang, first && { number: first.institutionNumber, name: first.institutionName })}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      {shown.mayChange ? null : (
        <Banner
          tone="info"
          lang={lang}
          title={t(lang, {
            ja: 'この職員はほかの施設でも働いています。氏名・免許・サインインは、縁の運用担当が変更します。',
            en: 'This person works at another facility too. Name, licences and sign-in are changed by the platform’s operator.',
          })}
        />
      )}
      <DefinitionList
        items={[
          { term: t(lang, { ja: 'フリガナ', en: 'Kana' }), value: staff.nameKana ? <Ja>{staff.nameKana}</Ja> : null },
          { term: t(lang, { ja: 'ログイン名', en: 'Login name' }), value: staff.loginName },
        ]}
      />
      {shown.mayChange ? <NamesForm on={on} staff={staff} draft={draft} /> : null}
      <SignInSection on={on} shown={shown} />
      <PlacesSection on={on} shown={shown} />
      <LicenceSection on={on} shown={shown} />
      <History changes={shown.changes} lang={lang} />
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: StaffShown }

/** One act for somebody's sign-in, with what it does. */
function Act(props: { action: string; label: string; says: string; variant?: 'primary' | 'danger' | 'secondary' }): ReactNode {
  return (
    <Form action={props.action} label={props.label}>
      <p>{props.says}</p>
      <ButtonRow>
        <Button variant={props.variant ?? 'secondary'}>{props.label}</Button>
      </ButtonRow>
    </Form>
  )
}

function SignInSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { staff, lockedMinutes, invitedUntil, sessions, mayChange } = shown
  const href = (rest: string) => staffHref(staff.id, rest)
  return (
    <Section title={t(lang, { ja: 'サインイン', en: 'Sign-in' })}>
      {lockedMinutes === null ? null : (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: `続けて間違えたため、あと${lockedMinutes}分サインインできません`,
            en: `Locked for ${lockedMinutes} more minutes after failed tries`,
          })}
        >
          {mayChange ? (
            <Act
              action={href('/unlock')}
              label={t(lang, { ja: 'ロックを解除する', en: 'Unlock' })}
              says={t(lang, {
                ja: '本人からの連絡であることを確かめてから解除してください。',
                en: 'Make sure that it is the person who asks.',
              })}
            />
          ) : null}
        </Banner>
      )}
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '招待状', en: 'Invitation' }),
            value:
              invitedUntil === null ? (
                t(lang, { ja: '開いている招待状はありません', en: 'None is open' })
              ) : (
                <>
                  {t(lang, { ja: '未使用。期限：', en: 'Not used yet; ends ' })}
                  <Time value={invitedUntil} lang={lang} withTime />
                </>
              ),
          },
          {
            term: t(lang, { ja: 'サインイン中の端末', en: 'Signed in on' }),
            value:
              sessions.length === 0
                ? t(lang, { ja: 'ありません', en: 'No device' })
                : sessions.map((s) => (
                    <>
                      {s.label || t(lang, { ja: '端末', en: 'Device' })}（<Time value={s.startedAt} lang={lang} withTime />）
                    </>
                  )),
          },
        ]}
      />
      {shown.outside === null ? null : (
        <p>
          <a href={href('/outside')}>{t(lang, { ja: `${shown.outside.ja}との結び付き`, en: `Link with ${shown.outside.en}` })}</a>
        </p>
      )}
      {mayChange ? (
        <Details summary={t(lang, { ja: '招待状・サインアウト・端末の紛失', en: 'Invitation, sign-out, lost device' })}>
          <Act
            variant="primary"
            action={href('/invitation')}
            label={t(lang, { ja: '新しい招待状を出す', en: 'Issue a new invitation' })}
            says={t(lang, {
              ja: 'サインインの方法を失った人に渡します。前の招待状は使えなくなります。',
              en: 'For somebody who lost their way to sign in. Earlier invitations end.',
            })}
          />
          <Act
            action={href('/sign-out')}
            label={t(lang, { ja: 'すべての端末からサインアウトさせる', en: 'Sign out everywhere' })}
            says={t(lang, { ja: 'サインインの方法はそのまま残ります。', en: 'The ways to sign in stay.' })}
          />
          <Act
            variant="danger"
            action={href('/end-ways')}
            label={t(lang, { ja: 'パスキーもすべて止める', en: 'End all passkeys too' })}
            says={t(lang, {
              ja: '端末を盗まれた・なくしたとき。サインアウトさせ、すべてのパスキーと招待状を無効にします。',
              en: 'A device was stolen or lost: signs out and ends every passkey and invitation.',
            })}
          />
        </Details>
      ) : null}
    </Section>
  )
}

function PlacesSection({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { staff, draft } = shown
  const { input, select } = controls({ lang, draft })
  const end = (row: Assignment) => (
    <Form action={staffHref(staff.id, `/assignments/${encodeURIComponent(row.id)}/end`)}>
      <Button
        variant="danger"
        ariaLabel={t(lang, {
          ja: `${row.institutionName}での${roleNames[row.role].ja}の勤務をすぐに終了`,
          en: `End now the work as ${roleNames[row.role].en} at ${row.institutionNameEn || row.institutionNumber}`,
        })}
      >
        {t(lang, { ja: 'すぐに終了', en: 'End now' })}
      </Button>
    </Form>
  )
  return (
    <Section
      title={t(lang, { ja: '勤務先と職種', en: 'Where they work, as what' })}
      lead={t(lang, { ja: '終了すると、次の操作から権限がなくなります。', en: 'Once ended, the right is gone from the next request on.' })}
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '勤務先と職種', en: 'Where they work, as what' })}
        captionHidden
        rows={staff.assignments}
        rowKey={(row) => row.id}
        columns={[
          {
            key: 'facility',
            header: t(lang, { ja: '施設', en: 'Facility' }),
            cell: (row) => (
              <a href={facilityHref(row.institutionNumber)}>
                <Ja>{(lang === 'en' && row.institutionNameEn) || row.institutionName}</Ja>
              </a>
            ),
          },
          { key: 'role', header: t(lang, { ja: '職種', en: 'Role' }), cell: (row) => t(lang, roleNames[row.role]) },
          { key: 'dates', header: t(lang, { ja: '期間', en: 'Dates' }), cell: (row) => <Span {...row} lang={lang} /> },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) => <WorkTag works={row.endedAt === null ? [row] : []} lang={lang} />,
          },
          {
            key: 'end',
            header: t(lang, { ja: '操作', en: 'Action' }),
            cell: (row) => (row.endedAt === null ? end(row) : <Time value={row.endedAt} lang={lang} withTime />),
          },
        ]}
      />
      <Details open={draft.values.form === 'place'} summary={t(lang, { ja: '勤務先・職種を加える', en: 'Add a place or a role' })}>
        <Form action={staffHref(staff.id, '/assignments')} label={t(lang, { ja: '勤務先・職種を加える', en: 'Add a place or a role' })}>
          {input(
            'institutionNumber',
            { ja: '医療機関番号（10桁）', en: 'Institution number' },
            { width: 'medium', maxLength: 20, inputMode: 'numeric', required: true },
          )}
          {select('role', { ja: '職種', en: 'Role' }, rolesFor(on))}
          {input('department', { ja: '所属', en: 'Department' }, { width: 'medium', maxLength: 60 })}
          {input('from', { ja: '始まりの日', en: 'First day' }, { type: 'date', width: 'medium', required: true })}
          {input('until', { ja: '終わりの日', en: 'Last day' }, { type: 'date', width: 'medium' })}
          <ButtonRow>
            <Button>{t(lang, { ja: '加える', en: 'Add' })}</Button>
          </ButtonRow>
        </Form>
      </Details>
    </Section>
  )
}
