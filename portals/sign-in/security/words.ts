import type { ProvenBy } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import type { Change, ChangeKind } from '../passkey/model.ts'

/** What a change was; `{label}` is what it was about. */
const changes: Record<ChangeKind, Sentence> = {
  'passkey-added': { ja: 'パスキー「{label}」を追加しました', en: 'Passkey “{label}” was added' },
  'passkey-removed': { ja: 'パスキー「{label}」を取り消しました', en: 'Passkey “{label}” was removed' },
  'passkey-renamed': { ja: 'パスキーの名前を「{label}」に変えました', en: 'A passkey was renamed to “{label}”' },
  'passkey-cloned': {
    ja: 'パスキー「{label}」は複製された疑いがあるため、使えなくしました',
    en: 'Passkey “{label}” may have been copied, so it was set aside',
  },
  'passkeys-ended': { ja: 'パスキー{label}個を使えなくしました', en: '{label} passkeys were ended' },
  'code-set': { ja: '確認コードのアプリを設定しました', en: 'An authenticator app was set up' },
  'password-set': { ja: 'パスワードを設定しました', en: 'A password was set' },
  'recovery-codes-made': { ja: '回復コードを作りました', en: 'Recovery codes were made' },
  'recovery-code-used': { ja: '回復コードを1つ使いました（残り{label}）', en: 'A recovery code was used ({label} left)' },
  'invitation-issued': { ja: 'サインインを作り直すための案内が発行されました', en: 'An invitation to set up your sign-in anew was issued' },
  'invitation-used': { ja: '案内からサインインを作り直しました', en: 'Your sign-in was set up anew from an invitation' },
  'device-ended': { ja: '端末「{label}」をサインアウトしました', en: 'Device “{label}” was signed out' },
  'devices-ended': { ja: 'ほかの端末（{label}台）をサインアウトしました', en: 'Other devices ({label}) were signed out' },
  unlocked: { ja: 'サインインの一時停止を解除しました', en: 'The lock of your sign-in was lifted' },
  'desk-marked': { ja: '端末「{label}」を共用にしました', en: 'Device “{label}” was marked as shared' },
  'outside-linked': { ja: '外部のサインイン「{label}」を結び付けました', en: 'The outside sign-in “{label}” was linked' },
  'outside-unlinked': { ja: '外部のサインイン「{label}」の結び付きを終わらせました', en: 'The outside sign-in “{label}” was unlinked' },
  'desk-unmarked': { ja: '端末「{label}」の共用をやめました', en: 'Device “{label}” is shared no more' },
}

/** What changed, in a sentence. */
export const changeSentence = (change: Change, lang: 'ja' | 'en'): string => {
  const unnamed = lang === 'ja' ? '名前なし' : 'no name'
  return changes[change.what][lang].replace('{label}', change.label || unnamed)
}

/** How somebody came in. */
export const provenWords: Record<ProvenBy, Sentence> = {
  card: { ja: 'カードで', en: 'By card' },
  passkey: { ja: 'パスキーで', en: 'By passkey' },
  'password-totp': { ja: 'パスワードと確認コードで', en: 'By password and code' },
  recovery: { ja: '窓口の案内で', en: 'By a letter from a counter' },
  outside: { ja: '所属先のサインインで', en: 'By an outside sign-in' },
}
