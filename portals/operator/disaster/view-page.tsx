import type { ReactNode } from 'react'
import { DAYS, type DisasterView, isOpen, type OpeningRequest, stateNow } from '#care/emergency'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  EmptyState,
  Form,
  Ja,
  LinkButton,
  renderPage,
  Section,
  Stack,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { actNames, disasterHref, HOME, OpenTag, places, requestWords, stateNames } from './parts.tsx'

const crumbs = (on: PageOf) => [{ href: HOME, label: t(on.lang, { ja: '災害時の閲覧', en: 'Disaster access' }) }]

const doneWords: Record<string, { ja: string; en: string }> = {
  asked: { ja: '確認を求めました。2人目が確認すると、そのときから開きます。', en: 'Asked. It opens when a second person confirms.' },
  opened: { ja: '開きました。', en: 'It is open.' },
  extended: { ja: '延ばしました。', en: 'Extended.' },
  closed: { ja: '閉じました。次の検索から使えません。', en: 'Closed, from the next search on.' },
  declined: { ja: '取りやめました。', en: 'Declined.' },
}
export const doneBanner = (done: string | null, on: PageOf): ReactNode => {
  const told = done === null ? undefined : doneWords[done]
  return told ? <Banner tone="success" lang={on.lang} title={t(on.lang, told)} /> : undefined
}

export function viewPage(on: PageOf, { disaster, requests, uses }: DisasterView, about: { done: string | null; mayAsk: boolean }): string {
  const { lang, now } = on
  const open = isOpen(disaster, now)
  return renderPage(
    <OperatorPage on={on} here={HOME} title={disaster.name} titleLang="ja" breadcrumbs={crumbs(on)} top={doneBanner(about.done, on)}>
      <DefinitionList
        items={[
          { term: t(lang, { ja: '状態', en: 'State' }), value: <OpenTag disaster={disaster} now={now} lang={lang} /> },
          { term: t(lang, { ja: '始まり', en: 'Since' }), value: <Time value={disaster.since} lang={lang} withTime /> },
          { term: t(lang, { ja: '終わり', en: 'Until' }), value: <Time value={disaster.endedAt ?? disaster.until} lang={lang} withTime /> },
          { term: t(lang, { ja: '地域', en: 'Area' }), value: places(disaster.areas, lang) },
          { term: t(lang, { ja: '医療機関', en: 'Institutions' }), value: disaster.institutions },
          { term: t(lang, { ja: '根拠', en: 'Legal ground' }), value: <Ja>{disaster.law}</Ja> },
        ]}
      />
      <Waiting requests={requests} on={on} />
      <Uses uses={uses} on={on} />
      {open ? <Acts id={disaster.id} on={on} mayAsk={about.mayAsk} /> : null}
      <History requests={requests} on={on} />
    </OperatorPage>,
  )
}

function Waiting({ requests, on }: { requests: readonly OpeningRequest[]; on: PageOf }): ReactNode {
  return requests
    .filter((r) => stateNow(r, on.now) === 'waiting')
    .map((r) => (
      <Banner key={r.id} lang={on.lang} tone="attention" title={t(on.lang, stateNames.waiting)}>
        <p>
          <a href={`${HOME}/requests/${encodeURIComponent(r.id)}`}>{requestWords(r, on.lang)}</a>
        </p>
      </Banner>
    ))
}

function Uses({ uses, on }: { uses: DisasterView['uses']; on: PageOf }): ReactNode {
  const { lang } = on
  const total = uses.reduce((sum, u) => sum + u.total, 0)
  return (
    <Section title={t(lang, { ja: `利用（${total}回）`, en: `Uses (${total})` })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: '医療機関ごとの利用', en: 'Uses by institution' })}
        captionHidden
        rows={uses}
        rowKey={(u) => u.institutionNumber}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ使われていません', en: 'Not used yet' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: '医療機関', en: 'Institution' }),
            cell: (u) => <Ja>{u.institutionName || u.institutionNumber}</Ja>,
          },
          { key: 'today', header: t(lang, { ja: '今日', en: 'Today' }), numeric: true, cell: (u) => u.today },
          { key: 'total', header: t(lang, { ja: '全部', en: 'In all' }), numeric: true, cell: (u) => u.total },
        ]}
      />
    </Section>
  )
}

function Acts({ id, on, mayAsk }: { id: string; on: PageOf; mayAsk: boolean }): ReactNode {
  const { lang } = on
  return (
    <>
      {mayAsk ? (
        <Section
          title={t(lang, { ja: '延ばす', en: 'Extend' })}
          lead={t(lang, {
            ja: '新しく登録された医療機関も加わります。二人で決めます。',
            en: 'Institutions registered since come in too. It takes two.',
          })}
        >
          <Form action={disasterHref(id, '/extend')} label={t(lang, { ja: '延ばす', en: 'Extend' })}>
            <TextInput
              lang={lang}
              name="days"
              type="number"
              width="short"
              value={String(DAYS.usual)}
              required
              label={t(lang, { ja: '延ばす日数', en: 'Days' })}
            />
            <TextInput lang={lang} name="reason" required maxLength={200} label={t(lang, { ja: '延ばす理由', en: 'Why it is extended' })} />
            <Button>{t(lang, { ja: '延ばすことを求める', en: 'Ask for it' })}</Button>
          </Form>
        </Section>
      ) : null}
      <Section
        title={t(lang, { ja: '閉じる', en: 'Close' })}
        lead={t(lang, { ja: '一人で、すぐに閉じられます。', en: 'One person can close it, at once.' })}
      >
        <Form action={disasterHref(id, '/close')} label={t(lang, { ja: '閉じる', en: 'Close' })}>
          <TextInput lang={lang} name="reason" required maxLength={200} label={t(lang, { ja: '閉じる理由', en: 'Why it is closed' })} />
          <Button variant="danger">{t(lang, { ja: 'いますぐ閉じる', en: 'Close now' })}</Button>
        </Form>
      </Section>
    </>
  )
}

function History({ requests, on }: { requests: readonly OpeningRequest[]; on: PageOf }): ReactNode {
  const { lang, now } = on
  return (
    <Section title={t(lang, { ja: 'これまでのこと', en: 'History' })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: 'これまでのこと', en: 'History' })}
        captionHidden
        rows={requests}
        rowKey={(r) => r.id}
        columns={[
          { key: 'at', header: t(lang, { ja: '日時', en: 'When' }), cell: (r) => <Time value={r.at} lang={lang} withTime /> },
          { key: 'act', header: t(lang, { ja: 'こと', en: 'Act' }), cell: (r) => requestWords(r, lang) },
          {
            key: 'why',
            header: t(lang, { ja: 'わけ', en: 'Why' }),
            cell: (r) => <Ja>{r.details.reason || r.details.orderedBy || '—'}</Ja>,
          },
          { key: 'by', header: t(lang, { ja: '求めた人', en: 'Asked by' }), cell: (r) => <Ja>{r.byName}</Ja> },
          {
            key: 'second',
            header: t(lang, { ja: '2人目', en: 'Second person' }),
            cell: (r) =>
              r.secondName ? <Ja>{r.secondName}</Ja> : r.details.alone ? t(lang, { ja: '（一人で行いました）', en: '(done alone)' }) : '—',
          },
          { key: 'state', header: t(lang, { ja: '結果', en: 'Result' }), cell: (r) => <Tag>{t(lang, stateNames[stateNow(r, now)])}</Tag> },
        ]}
      />
    </Section>
  )
}

/** Does the second person agree? */
export function requestPage(on: PageOf, r: OpeningRequest, about: { own: boolean; until: Date; institutions: number }): string {
  const { lang, now } = on
  const waits = stateNow(r, now) === 'waiting'
  const { name, areas, law, orderedBy, reason, days } = r.details
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: `${name}：${actNames[r.act].ja}ことの確認`, en: `${actNames[r.act].en} disaster access?` })}
      breadcrumbs={crumbs(on)}
    >
      <Stack>
        <DefinitionList
          items={[
            { term: t(lang, { ja: '災害', en: 'Disaster' }), value: <Ja>{name}</Ja> },
            { term: t(lang, { ja: '求め', en: 'Asked for' }), value: requestWords(r, lang) },
            { term: t(lang, { ja: '地域', en: 'Area' }), value: places(areas, lang) },
            { term: t(lang, { ja: 'いま開く医療機関', en: 'Institutions it opens now' }), value: about.institutions },
            { term: t(lang, { ja: '終わり', en: 'Ends' }), value: <Time value={about.until} lang={lang} withTime /> },
            { term: t(lang, { ja: '根拠', en: 'Legal ground' }), value: <Ja>{law}</Ja> },
            { term: t(lang, { ja: 'わけ', en: 'Why' }), value: <Ja>{orderedBy || reason}</Ja> },
            { term: t(lang, { ja: '求めた人', en: 'Asked by' }), value: <Ja>{r.byName}</Ja> },
            { term: t(lang, { ja: '状態', en: 'State' }), value: t(lang, stateNames[stateNow(r, now)]) },
          ]}
        />
        {waits && about.own ? (
          <Banner
            lang={lang}
            tone="info"
            title={t(lang, {
              ja: '別の運用担当か監査担当が、この画面で確認します。',
              en: 'Another operator or an auditor confirms it on this page.',
            })}
          />
        ) : null}
        {waits ? (
          <Form action={`${HOME}/requests/${encodeURIComponent(r.id)}`} label={t(lang, { ja: '確認', en: 'Decide' })}>
            <ButtonRow>
              {about.own ? null : (
                <Button variant="primary" name="agree" value="yes">
                  {t(lang, {
                    ja: `確認して${days}日間${actNames[r.act].ja}`,
                    en: `Confirm: ${actNames[r.act].en.toLowerCase()} for ${days} days`,
                  })}
                </Button>
              )}
              <Button name="agree" value="no">
                {t(lang, { ja: '取りやめる', en: 'Decline' })}
              </Button>
              <LinkButton href={HOME}>{t(lang, { ja: '戻る', en: 'Back' })}</LinkButton>
            </ButtonRow>
          </Form>
        ) : null}
      </Stack>
    </OperatorPage>,
  )
}
