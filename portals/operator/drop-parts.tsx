import type { ReactNode } from 'react'
import { type Lang, t } from '#ui'

/** Beside a box for text: that a file may be dropped on it, or chosen. The island `drop` shows them; without script they stay away. */
export const DropParts = ({ lang, accept }: { lang: Lang; accept: string }): ReactNode => (
  <>
    <p className="note" data-drop-hint="" hidden>
      {t(lang, { ja: 'ファイルをこの欄に落としても読み込めます。', en: 'You may also drop a file on the box.' })}
    </p>
    <p data-drop-pick="" hidden>
      <label>
        {t(lang, { ja: 'ファイルを選ぶ', en: 'Choose a file' })} <input type="file" accept={accept} />
      </label>
    </p>
    <p data-drop-status="" role="status" />
  </>
)
