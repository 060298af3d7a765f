import { cardRefusals } from './card-refusals.ts'
import { clientRefusals } from './client-refusals.ts'
import { consentRefusals } from './consent-refusals.ts'
import { disasterRefusals } from './disaster-refusals.ts'
import { emergencyRefusals } from './emergency-refusals.ts'
import { erasureRefusals } from './erasure-refusals.ts'
import { noticeRefusals } from './notice-refusals.ts'
import { outsideRefusals } from './outside-refusals.ts'
import { oversightRefusals } from './oversight-refusals.ts'
import { personRefusals } from './person-refusals.ts'
import { recordRefusals } from './record-refusals.ts'
import { requestRefusals } from './request-refusals.ts'
import { signInRefusals } from './sign-in-refusals.ts'
import { signingRefusals } from './signing-refusals.ts'
import type { RefusalTable } from './refusal-table.ts'

/** Every way this platform says no. A row stands in the file of its topic; here are those of the platform itself. */
export const refusals = {
  ...signInRefusals,
  ...personRefusals,
  ...clientRefusals,
  ...cardRefusals,
  ...requestRefusals,
  ...recordRefusals,
  ...consentRefusals,
  ...outsideRefusals,
  ...emergencyRefusals,
  ...disasterRefusals,
  ...signingRefusals,
  ...noticeRefusals,
  ...oversightRefusals,
  ...erasureRefusals,
  'try-again': {
    status: 503,
    issue: 'transient',
    ja: '混み合っています。少し待ってからもう一度お試しください。',
    en: 'The platform is busy. Please wait a moment and try again.',
  },
  'storage-full': {
    status: 507,
    issue: 'no-store',
    ja: '保存場所がいっぱいで、記録できませんでした。何も保存されていません。管理者に知らせてください。',
    en: 'Storage is full; nothing was stored. Please tell the operator.',
  },
  'storage-low': {
    status: 507,
    issue: 'no-store',
    ja: '保存場所が残りわずかなため、新しい記録を受け付けていません。閲覧はできます。何も保存されていません。管理者に知らせてください。',
    en: 'Storage is running low, so no new records are taken; reading goes on. Nothing was stored. Please tell the operator.',
  },
  fault: {
    status: 500,
    issue: 'exception',
    ja: '思わぬ不具合が起きました。受付番号 {reference} を添えて管理者に知らせてください。',
    en: 'Something went wrong. Please tell the operator the reference {reference}.',
  },
} as const satisfies RefusalTable
