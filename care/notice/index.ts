/** The door of notices: what people are told, in the portal and by signs outside it. */
export { type KindId, kinds, leadsTo, textOf, titleOf } from './kinds.ts'
export type { Channel, Facts, Notice, Wish } from './model.ts'
export { wishes } from './model.ts'
export { maskedAddress, silenceMonths } from './rules.ts'
export { noticeMigrations } from './schema.ts'
export { MOST_UNREAD, type NoticeDeps, type NoticeService, noticeService } from './service.ts'
