import type { ReactNode } from 'react'
import type { FacilityEntry } from '#care/person'
import type { ListedDesk } from '#portals/sign-in'
import { Button, ButtonRow, EmptyState, Form, Ja, renderPage, Section, Select, Table, TextInput, Time, t } from '#ui'
import { facilityCrumbs, facilityHref } from './facility-parts.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'

export type DesksShown = { facility: FacilityEntry; desks: readonly ListedDesk[] }

/** Devices that several people share: where they stand, since when, and their end. */
export function desksPage(on: PageOf, { facility, desks }: DesksShown): string {
  const { lang } = on
  const title = t(lang, { ja: '共用の端末', en: 'Shared devices' })
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      breadcrumbs={[
        ...facilityCrumbs(lang),
        { href: facilityHref(facility.institutionNumber), label: (lang === 'en' && facility.nameEn) || facility.name },
      ]}
      lead={t(lang, {
        ja: '共用の端末では、10分使わないとサインインが終わり、長くても4時間で終わります。端末は、その端末で職員が「自分のサインイン」の画面から共用にします。',
        en: 'On a shared device a sign-in ends after ten idle minutes and four hours at most. A device is made shared on it, on the page “Your sign-in”.',
      })}
    >
      <Section title={t(lang, { ja: `使っている端末（${desks.length}台）`, en: `Devices in use (${desks.length})` })}>
        <Table<ListedDesk>
          lang={lang}
          caption={title}
          captionHidden
          rows={desks}
          rowKey={(row) => row.id}
          empty={<EmptyState lang={lang} title={t(lang, { ja: '共用の端末はありません', en: 'No shared device' })} />}
          columns={[
            {
              key: 'label',
              header: t(lang, { ja: '場所の名前', en: 'Name of the place' }),
              cell: (row) => (row.label ? <Ja>{row.label}</Ja> : t(lang, { ja: '名前なし', en: 'no name' })),
            },
            {
              key: 'at',
              header: t(lang, { ja: '共用にした日時', en: 'Shared since' }),
              cell: (row) => <Time value={row.madeAt} lang={lang} withTime />,
            },
            { key: 'by', header: t(lang, { ja: '共用にした人', en: 'By' }), cell: (row) => <Ja>{row.madeByName || '—'}</Ja> },
          ]}
        />
      </Section>
      {desks.length === 0 ? null : <Acts on={on} shown={{ facility, desks }} />}
    </OperatorPage>,
  )
}

function Acts({ on: { lang }, shown: { facility, desks } }: { on: PageOf; shown: DesksShown }): ReactNode {
  const options = desks.map((desk, n) => ({
    value: desk.id,
    label: desk.label || t(lang, { ja: `名前なし ${n + 1}`, en: `no name ${n + 1}` }),
  }))
  const [rename, end] = [t(lang, { ja: '名前を変える', en: 'Rename' }), t(lang, { ja: '共用を終わらせる', en: 'End sharing' })]
  const title = t(lang, { ja: '端末の名前・終了', en: 'Name or end a device' })
  return (
    <Section
      title={title}
      lead={t(lang, {
        ja: '終わらせると、次の操作から、その端末は共用ではなくなります。なくした端末では、職員ごとのサインアウトもしてください。',
        en: 'Ended, the device is no shared one from the next request on. If it was lost, sign out the staff who used it too.',
      })}
    >
      <Form action={facilityHref(facility.institutionNumber, '/desks')} label={title}>
        <Select lang={lang} name="desk" label={t(lang, { ja: 'どの端末', en: 'Which device' })} options={options} required />
        <TextInput
          lang={lang}
          name="label"
          label={t(lang, { ja: '新しい名前（変えるとき）', en: 'New name, to rename it' })}
          width="medium"
          maxLength={40}
          autoComplete="off"
        />
        <ButtonRow>
          <Button name="do" value="name">
            {rename}
          </Button>
          <Button name="do" value="end" variant="danger">
            {end}
          </Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}
