import { Card, Details, EmptyState, Grid, Ja, KeyValue, LoadingSkeleton, Section, Stat } from '../components/content.tsx'
import { ProvenanceChip } from '../components/signs.tsx'
import { Timeline } from '../components/timeline.tsx'
import { formatDate, wareki } from '../dates.ts'
import type { IconName } from '../icons.tsx'
import { Icon } from '../icons.tsx'
import type { Lang } from '../messages.ts'
import { t } from '../messages.ts'
import { LANES, LONGEST } from './data.ts'
import type { ReactNode } from 'react'

const ICONS: readonly IconName[] = [
  'check',
  'cross',
  'warning',
  'info',
  'up',
  'down',
  'lock',
  'card',
  'eye',
  'clock',
  'next',
  'shield',
  'person',
]

type Part = { lang: Lang }

export function Layout({ lang }: Part): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '並べる', en: 'Layout' })}
      lead={t(lang, { ja: '余白で分け、線は少なく、枠はさらに少なく。', en: 'White space first, then lines, then boxes.' })}
    >
      <p>
        <KeyValue name={t(lang, { ja: '氏名', en: 'Name' })}>
          <Ja>{LONGEST.person}</Ja>
        </KeyValue>
        <KeyValue name={t(lang, { ja: '生年月日', en: 'Born' })}>
          {formatDate('1958-04-01', lang)} <span className="note">{wareki('1958-04-01')}</span>
        </KeyValue>
      </p>
      <div className="section">
        <Grid>
          <Card
            title={t(lang, { ja: '次の予約', en: 'Next appointment' })}
            href="#appointment"
            footer={<ProvenanceChip lang={lang} institution="縁ヶ浜診療所" on="2026-11-30" />}
          >
            <p>{t(lang, { ja: '11月30日（月）10時15分', en: 'Mon 30 Nov, 10:15' })}</p>
          </Card>
          <Card title={<Ja>{LONGEST.drug}</Ja>}>
            <p>{t(lang, { ja: '1回1錠　1日1回　朝食後　28日分', en: 'One tablet once a day after breakfast, 28 days' })}</p>
          </Card>
          <Stat
            label={t(lang, { ja: '今日の待ち時間（中央値）', en: 'Median wait today' })}
            value={17}
            unit={t(lang, { ja: '分', en: 'min' })}
            note={t(lang, { ja: '42人', en: '42 people' })}
          />
        </Grid>
      </div>
      <div className="section">
        <Timeline
          lang={lang}
          title={t(lang, { ja: '4年間の経過', en: 'Four years' })}
          fromYear={2023}
          toYear={2026}
          today="2026-11-22"
          lanes={LANES[lang]}
        />
      </div>
      <EmptyState lang={lang}>
        <p>{t(lang, { ja: '医療機関が登録すると、ここに表示されます。', en: 'Records appear here once an institution sends them.' })}</p>
      </EmptyState>
      <LoadingSkeleton lang={lang} />
      <Details summary={t(lang, { ja: '絵記号', en: 'Icons' })} open>
        <p>
          {ICONS.map((name) => (
            <Icon key={name} name={name} title={name} />
          ))}
        </p>
      </Details>
    </Section>
  )
}
